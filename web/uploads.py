"""Files that a client sends: held in memory, never written, up to a limit."""

from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# A photo as phones take them; whatever more is sent isn't read.
MOST_BYTES: Final = 10_000_000
# What stands around the file in a form.
AROUND: Final = 100_000


class InMemory(FileUploadHandler):
    """Keeps a file of at most MOST_BYTES; a larger one ends the upload."""

    def new_file(self, *arguments: object, **named: object) -> None:
        super().new_file(*arguments, **named)  # type: ignore[arg-type]
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) > MOST_BYTES:
            raise StopUpload(connection_reset=True)
        self.content.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        return InMemoryUploadedFile(
            self.content,
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
            self.content_type_extra,
        )


def keep_in_memory(request: HttpRequest) -> None:
    """Take this request's files; to be called before anybody reads its form."""
    request.upload_handlers = [InMemory(request)]
