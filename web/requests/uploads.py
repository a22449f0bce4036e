"""Uploaded files: held in memory, never written to disk, up to a limit."""

from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# The size of a phone's photo; anything beyond it isn't read.
MAX_BYTES: Final = 10_000_000
# Room for the rest of the form around the file.
AROUND: Final = 100_000


class InMemory(FileUploadHandler):
    """Holds a file of at most MAX_BYTES; a larger one aborts the upload."""

    def new_file(self, *arguments: object, **named: object) -> None:
        super().new_file(*arguments, **named)  # type: ignore[arg-type]
        self.content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) > MAX_BYTES:
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
    """Accept this request's files; call it before anything reads the form."""
    request.upload_handlers = [InMemory(request)]
