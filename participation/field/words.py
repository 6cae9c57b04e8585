"""The words of the tablets' page, in every language at once: without network nobody can be asked for them."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

WORDS = {
    "title": _("Point without network"),
    "lead": _("Count people and write opinions down, also where there is no network."),
    "skip": _("Skip to the content"),
    "language": _("Language"),
    "noscript": _("This page needs JavaScript: without it nothing can be kept on the tablet."),
    "no_support": _(
        "This browser cannot keep anything safely. Open the page in a current Chrome, Edge, Firefox or "
        "Safari, over https."
    ),
    "online": _("With network"),
    "offline": _("Without network: everything is kept on this tablet"),
    "sending": _("Sending…"),
    "unlock": _("Open with your PIN"),
    "who": _("Who are you?"),
    "waits_here": _("Your cards and photographs on this tablet that wait to be sent: {number}."),
    "waits_of_others": _("Of other workers: {number}. Only they can open and send them."),
    "pin": _("Your PIN"),
    "pin_hint": _("After ten wrong tries you open the tablet by signing in. The cards stay."),
    "open": _("Open the tablet"),
    "opening": _("Opening…"),
    "pin_wrong": _("This is not the PIN. Tries left: {number}."),
    "pin_gone": _(
        "The PIN does not open this tablet any more. Sign in with network and prepare it again: your cards "
        "are still here."
    ),
    "pin_short": _("The PIN needs at least six digits. A longer one is safer."),
    "pin_differs": _("The two PINs are not the same. Type them again."),
    "pin_easy": _("This PIN is too easy to guess. Choose another one."),
    "prepare": _("Prepare this tablet"),
    "sign_in_first": _("Before the day you sign in once, with network."),
    "sign_in": _("Sign in"),
    "not_permitted": _("Your account may not write opinions down. Ask an administrator."),
    "signed_in_as": _("You are signed in as"),
    "prepare_lead": _(
        "The tablet takes events, themes and districts with it. Choose a PIN: it opens the tablet without network."
    ),
    "new_pin": _("New PIN"),
    "new_pin_hint": _("At least six digits; letters may be in it too. Do not use the PIN of your card or telephone."),
    "again_pin": _("The same PIN again"),
    "do_prepare": _("Prepare the tablet"),
    "preparing": _("Preparing…"),
    "prepared": _("The tablet is ready. It works without network now."),
    "prepare_failed": _("The tablet is not ready yet: the network failed in between. Try again."),
    "sign_in_to_send": _("Sign in to send. Nothing is lost: you can go on writing."),
    "other_worker": _(
        "Somebody else is signed in in this browser, so your cards are not sent: they would go under another "
        "name. Sign out in the portal, then sign in yourself."
    ),
    "wrong_clock": _("The clock of this tablet is wrong. We correct the day ourselves; set the clock when you can."),
    "event": _("Event"),
    "no_events": _("There is no event on these days. Add one in the records, then fetch the lists again."),
    "parts": _("Parts of the page"),
    "part_count": _("Count"),
    "part_card": _("Opinion"),
    "part_photo": _("Photo"),
    "part_queue": _("Waiting"),
    "on_this_device": _("you on this tablet"),
    "on_all_devices": _("all together, when last sent: {number}"),
    "one_more": _(" one more person"),
    "one_less": _(" one person less"),
    "counted": _("People: {number}"),
    "question": _("Question"),
    "text": _("What the person says"),
    "no_personal_data": _("No names, telephone numbers or addresses. Only the opinion."),
    "wording": _("Whose words"),
    "theme": _("Theme"),
    "district": _("District"),
    "age": _("Age"),
    "spoken_language": _("Language of the opinion"),
    "of_the_event": _("as the event"),
    "not_said": _("not said"),
    "keep_card": _("Keep the card"),
    "keep_change": _("Keep the change"),
    "leave_edit": _("Leave it as it was"),
    "text_missing": _("Write down what the person says."),
    "text_long": _("The text is too long. Characters too many: {number}."),
    "card_kept": _("The card is kept on this tablet."),
    "card_changed": _("The card was changed."),
    "card_sent_already": _("This one is being sent or was sent already, so it cannot be changed here."),
    "not_kept": _(
        "The card could not be kept: the tablet has no room left, perhaps. Your text still stands here. Send "
        "what waits, then try again."
    ),
    "photo_lead": _("No faces from near, no number plates. Staff look at it before it is public."),
    "photo": _("Photograph"),
    "card": _("Opinion"),
    "alt": _("What can be seen on it"),
    "alt_hint": _("One sentence for those who cannot see it."),
    "alt_missing": _("Say in one sentence what can be seen."),
    "alt_long": _("The description has more than 300 characters. Make it shorter."),
    "photo_missing": _("Take or choose a photograph."),
    "photo_unreadable": _("This photograph cannot be read. Choose a JPEG, PNG or WebP file."),
    "keep_photo": _("Keep the photograph"),
    "photo_kept": _("The photograph is kept on this tablet."),
    "waiting": _("Wait to be sent"),
    "sent": _("Sent"),
    "set_aside": _("Of these for staff to look at"),
    "last_sent": _("Last sent: {when}"),
    "send_now": _("Send now"),
    "all_sent": _("Everything is sent."),
    "no_network": _("There is no network now. We try again by ourselves."),
    "more_items": _("Here stand the newest fifty."),
    "being_sent": _("Being sent: it cannot be changed any more."),
    "handed_over": _("handed over"),
    "unreadable": _("It cannot be opened: the key it was written with is gone. Ask an administrator."),
    "change": _("Change"),
    "delete": _("Delete"),
    "really_delete": _("Delete it for good?"),
    "deleted": _("Deleted."),
    "handover": _("Hand the cards over to another tablet"),
    "handover_lead": _(
        "For a tablet that will not see a network for long, or breaks. Photographs stay. Cards that both "
        "tablets send are kept once."
    ),
    "give": _("Make a file of the cards"),
    "save_file": _("Save the file"),
    "code": _("Code"),
    "code_once": _("It is shown this once. Whoever has the file and the code can read the cards."),
    "given": _("Cards in the file: {number}. They stay here until the server has them."),
    "nothing_waits": _("No card waits."),
    "take_file": _("File from the other tablet"),
    "take": _("Take the cards in"),
    "take_missing": _("Choose the file and type the code."),
    "take_failed": _("The code does not open this file. Compare it letter by letter."),
    "taken": _("Cards taken in: {number}."),
    "worker": _("Worker"),
    "device": _("tablet"),
    "refresh": _("Fetch the lists again"),
    "refreshed": _("The lists are fresh."),
    "lock": _("Lock"),
    "leave": _("Sign out of this tablet"),
    "leave_hint": _(
        "Signing out takes the key and the lists off this tablet. The cards stay and open again after you sign in."
    ),
    "left": _("You are signed out of this tablet. Cards that wait stay here, encrypted."),
}


def words_by_language() -> dict[str, dict[str, str]]:
    """Every word of the page in each of the portal's languages; ``{number}`` in it is put in by the page."""
    spoken = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            spoken[code] = {key: str(word) for key, word in WORDS.items()}
    return spoken
