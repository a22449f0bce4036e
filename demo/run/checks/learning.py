"""The history flows through Kafka, and the full model takes over."""

from django.core.management import CommandError, call_command

from catalog.models import Transaction
from demo.run.checks.shopper import Shop
from demo.run.checks.tracing import Logged, has_passed, is_there
from demo.run.checks.waiting import CheckError, eventually, expect
from demo.services.process import tail
from recommendations.bundle.models import ModelVersion

# Full training takes minutes on real data, and longer on a busy machine.
TRAINING_S = 3600.0


def history_replays(shop: Shop) -> str:
    """The last day's purchases are in Kafka, and a worker has processed each of them."""
    day = Transaction.objects.order_by("-t_dat").values_list("t_dat", flat=True).first()
    if day is None:
        raise CheckError("there are no transactions")
    sold = Transaction.objects.filter(t_dat=day).count()

    def replayed() -> list[Logged]:
        shop.log.read_new()
        return list(shop.log.matching(lambda event: event.source == "replay"))

    before = len(replayed())
    try:
        call_command("replay_transactions", "--max")
    except CommandError as error:
        raise CheckError(str(error)) from None
    eventually(
        lambda: len(replayed()) - before >= sold,
        f"not all {sold} purchases of {day} are in Kafka",
        possible=is_there,
    )
    last = {logged.partition: logged for logged in replayed()}
    eventually(
        lambda: all(has_passed(shop.log.topic_id, logged) for logged in last.values()),
        f"the {sold} purchases of {day} are in Kafka, and no worker takes all into the features",
        possible=lambda: shop.runs("stream"),
    )
    return f"{sold} purchases of {day}, all in Kafka and worked on"


def the_full_model_is_live(shop: Shop) -> str:
    """The web processes serve the model trained on everything ingested, without a restart."""
    shopper = shop.shopper()
    opened_with = shopper.recommended("for-you")["model_version"]
    training = shop.training
    if training is not None:
        eventually(
            lambda: not training.is_running(), "the training doesn't end", patience_s=TRAINING_S
        )
        code = training.process.returncode if training.process else None
        expect(code == 0, f"the training failed ({code}): {tail(training.log, 3)}")
    model = ModelVersion.objects.active().first()
    if model is None or model.is_quick:
        raise CheckError("there is no full model")
    eventually(
        lambda: shopper.recommended("for-you")["model_version"] == model.version,
        f"the web doesn't answer from model {model}",
    )
    swapped = f", in place of {opened_with}" if opened_with not in (None, model.version) else ""
    return f"{model}{swapped}"
