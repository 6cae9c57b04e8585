"""A photograph loses everything that says where, when and by whom it was taken; what is no photograph is refused."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image, PngImagePlugin

from accounts.roles import Role
from lublin2030.lib.images import MOST_PIXELS
from participation import photos
from participation.models import EventPhoto
from tests.factories import EventFactory


def upload(
    image: Image.Image, kind: str = "JPEG", name: str = "Jan Kowalski.jpg", **options: object
) -> SimpleUploadedFile:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


def with_gps() -> SimpleUploadedFile:
    """A picture wider than high, that says it lies on its side, by whom it was taken, and where."""
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Jan Kowalski"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 14.0, 53.0)
    return upload(image, exif=exif, comment=b"ulica Leonarda", icc_profile=b"x" * 40)


def test_the_sent_picture_does_hold_what_must_go() -> None:
    with Image.open(with_gps()) as image:
        assert image.getexif()[ExifTags.Base.Artist] == "Jan Kowalski"
        assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo)


def test_nothing_but_the_picture_is_left() -> None:
    stripped = photos.stripped_photo(with_gps())
    content = stripped.read()
    with Image.open(io.BytesIO(content)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert image.size == (20, 40)  # turned as the camera said
    for trace in (b"Kowalski", b"Leonarda", b"Exif", b"GPS"):
        assert trace not in content
    assert "Kowalski" not in (stripped.name or "")


def test_a_text_in_a_png_goes_and_its_clear_parts_become_white() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "Jan Kowalski")
    stripped = photos.stripped_photo(upload(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG", pnginfo=note))
    with Image.open(stripped) as image:
        assert image.format == "JPEG"
        assert image.getpixel((1, 1)) == (255, 255, 255)
        assert "Author" not in image.info


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(photos.stripped_photo(upload(Image.new("RGB", (3000, 1500))))) as image:
        assert image.size == (2000, 1000)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"\xff\xd8\xff\xe0 broken", b"%PDF-1.7"],
)
def test_what_is_no_photograph_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match=r"JPEG"):
        photos.stripped_photo(SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg"))


def test_a_cut_off_picture_is_refused() -> None:
    whole = upload(Image.effect_noise((200, 200), 90).convert("RGB")).read()
    with pytest.raises(ValidationError, match=r"JPEG"):
        photos.stripped_photo(SimpleUploadedFile("photo.jpg", whole[: len(whole) // 2]))


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    big = SimpleUploadedFile("photo.jpg", b"")
    big.size = photos.MOST_BYTES + 1
    with pytest.raises(ValidationError, match="10 MB"):
        photos.stripped_photo(big)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = upload(Image.new("1", (MOST_PIXELS // 1000 + 1, 1000)), "PNG")
    monkeypatch.setattr("PIL.ImageOps.exif_transpose", lambda *_args: pytest.fail("decoded"))
    with pytest.raises(ValidationError, match="40"):
        photos.stripped_photo(bomb)


OTHER_ROWS = ("speakers", "agenda", "documents")  # what else a record of this kind of event has


@pytest.mark.django_db
class TestInTheRecords:
    def send(self, client: Client, sign_in, photo: SimpleUploadedFile | None, **fields: str):
        sign_in(Role.EDITOR)
        event = EventFactory()
        form = client.get(f"/zaplecze/participation/event/{event.pk}/change/").context["adminform"].form
        data = {
            name: value for name, value in form.initial.items() if value is not None and name in form.fields
        }  # what the page would send back
        data |= {
            "starts_at_0": "2021-12-01",
            "starts_at_1": "12:00",
            **{
                f"{name}-{which}_FORMS": "0"
                for name in ("speakers", "agenda", "documents")
                for which in ("TOTAL", "INITIAL")
            },
            "photos-TOTAL_FORMS": "1",
            "photos-INITIAL_FORMS": "0",
            "photos-0-alt": "Sala pełna ludzi",
            "photos-0-position": "0",
        }
        if photo:
            data["photos-0-image"] = photo
        return client.post(f"/zaplecze/participation/event/{event.pk}/change/", data | fields)

    def test_what_is_stored_is_the_bare_picture(self, client: Client, sign_in) -> None:
        assert self.send(client, sign_in, with_gps()).status_code == 302
        photo = EventPhoto.objects.get()
        assert b"Kowalski" not in photo.image.read()
        assert "Kowalski" not in str(photo.image.name)
        assert (photo.width, photo.height) == (20, 40)

    def test_a_photograph_without_a_description_is_refused(self, client: Client, sign_in) -> None:
        answer = self.send(client, sign_in, with_gps(), **{"photos-0-alt": ""})
        assert answer.status_code == 200
        assert "alt" in answer.context["inline_admin_formsets"][-1].forms[0].errors
        assert not EventPhoto.objects.exists()

    def test_a_file_that_is_no_photograph_is_refused_beside_its_field(self, client: Client, sign_in) -> None:
        answer = self.send(client, sign_in, SimpleUploadedFile("photo.jpg", b"<html>"))
        assert "image" in answer.context["inline_admin_formsets"][-1].forms[0].errors
        assert not EventPhoto.objects.exists()
