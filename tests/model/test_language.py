"""Text that is not English is marked, and not scored as if it were."""

from __future__ import annotations

import numpy as np
import pytest

import servicegap
from servicegap import Document, Model

OTHER_SCRIPTS = {
    "Chinese": "我三个星期前订的包裹到现在还没有到，打了五次电话也没有人接，我要求退款。",
    "Chinese, short": "服务太差了，再也不来了！",
    "Arabic": "طلبت الطرد قبل ثلاثة أسابيع ولم يصل حتى الآن، واتصلت بهم خمس مرات ولم يرد أحد.",
    "Hindi": "मेरा पार्सल तीन हफ्ते से नहीं आया है और किसी ने फोन का जवाब नहीं दिया, मुझे पैसे वापस चाहिए।",
    "Russian": "Посылка так и не пришла, я звонил пять раз, но никто не ответил. Верните мне деньги.",
}
LATIN = {
    "Spanish": "Hice el pedido hace tres semanas y el paquete todavía no ha llegado. Llamé y nadie contesta.",
    "Spanish, short": "Qué mal servicio, no vuelvo a comprar aquí nunca más.",
    "French": "Mon colis devait arriver il y a trois semaines et personne ne répond au téléphone. Remboursez-moi.",
    "French, short": "Le service client est vraiment nul, personne ne rappelle jamais.",
    "German": "Ich warte seit drei Wochen auf mein Paket und niemand geht ans Telefon. Ich möchte mein Geld zurück.",
    "German, short": "Der Kundendienst ist eine Frechheit, nie wieder.",
}
ENGLISH = [
    "They charged my card twice and nobody called me back.",
    "My parcel is three weeks late. I rang five times and nobody answers the phone.",
    "Worst service ever, never again!!! \U0001f621\U0001f621",
    "The café on the rue de Rivoli in Paris charged me 40 € twice and the waiter, José, was rude.",
    "I ordered a Weißbier glass from München and it came broken; they will not refund me.",
    "It is late",
]


@pytest.fixture(scope="module")
def sg() -> Model:
    return servicegap.load()


def is_marked(sg: Model, text: str) -> bool:
    result = sg(text, thresholds=0.0, all_types=True)
    if result.status != "skipped_language":
        return False
    assert (result.complaint, result.complaint_probability, result.probabilities) == (None, None, None)
    assert result.failures == result.signals == ()
    assert result.language != "en"
    assert np.isnan(sg.predict_proba([text])).all()
    return True


@pytest.mark.parametrize("name", OTHER_SCRIPTS)
def test_other_scripts_are_marked(sg: Model, name: str) -> None:
    assert is_marked(sg, OTHER_SCRIPTS[name])


@pytest.mark.parametrize("name", LATIN)
def test_other_languages_are_marked(sg: Model, name: str) -> None:
    assert is_marked(sg, LATIN[name])


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_scored(sg: Model, text: str) -> None:
    result = sg(text)
    assert result.status == "scored"
    assert result.language == "en"


def test_a_foreign_message_of_an_agent_is_the_agent_s(sg: Model) -> None:
    assert sg(Document(OTHER_SCRIPTS["Chinese"], role="agent")).status == "skipped_role"


def test_a_name_in_another_script_does_not_make_a_text_foreign(sg: Model) -> None:
    assert sg("I rang 王小明 at the shop five times about my order and nobody called me back").status == "scored"
