"""The signs that `roles` goes by: how mail programs, pages and chats mark whose words follow.

Every pattern takes time linear in its line: repeats are bounded or cannot overlap.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE
DEPTH = 9
"""Deeper quoting counts as this deep."""
HEAD = 400
"""Longest header or attribution, in code points."""
QUOTED = re.compile(r"(?:[ \t]*>(?![:;=]?['-]?[()<\[|/]))+")
SEPARATOR = re.compile(
    r"\W*(?:(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht"
    r"|message d.origine"
    r"|message original|message transféré|mensaje original|mensaje reenviado"
    r"|messaggio originale)(?: follows)?\W*$"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado) ?:)",
    _I,
)
FROM = re.compile(r"\*?(?:from|von|van|de|da|fra|från) ?:", _I)
FIELD = re.compile(
    r"\*?(?:from|sent|date|to|cc|subject|reply-to|importance|attachments|gesendet|datum|an|betreff|envoyé"
    r"|à|objet"
    r"|enviado(?: el)?|fecha|para|asunto|inviato|a|oggetto|verzonden|aan|onderwerp|sendt|til|emne) ?:",
    _I,
)
TO = re.compile(r"\*?(?:to|cc|an|à|para|a|aan|til) ?:(?!.*@)", _I)
OPENING = ("on", "am", "le", "el", "il", "em", "op", "den")
OPENS = re.compile(rf"(?:{'|'.join(OPENING)})\b", _I)
WROTE = re.compile(r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)\b.{0,120}:$", _I)
EXACT = re.compile(r"\d[:.]\d\d\b|\d{4}|<[^<>]{1,80}@")
FRAMED = re.compile(r">>> .{1,120} >>>$")
"""An attribution that looks like a quoted line: ">>> Support 03/02/2020 10:11 >>>"."""
ADDRESSED = re.compile(r"\d{4}-\d\d-\d\d.{1,60}<[^<>@]{1,80}@[^<>@]{1,80}>:$")
TOLD = re.compile(r"\b(?:i|my|me|we|they|he|she)\b", _I)
DEVICE = re.compile(
    r"(?:sent (?:from|via) (?:my(?: [\w'+-]+){1,4}\W*$|yahoo|outlook|mail for|the (?:all-new )?\w+ (?:app|mail)\b)"
    r"|get outlook for\b"
    r"|von meinem .{2,30} gesendet"
    r"|envoyé de(?:puis)? mon|enviado desde mi|inviato da)",
    _I,
)
CLOSING = re.compile(
    r"(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many thanks and|thanks and)?,? ?regards"
    r"|yours?(?: sincerely| faithfully"
    r"| truly| etc)?|(?:yours )?(?:sincerely|faithfully|respectfully)(?: yours)?|best wishes|all the best"
    r"|mit freundlichen grüßen"
    r"|cordialement|saludos|un saludo)\W*$",
    _I,
)
THANKS = re.compile(r"(?:(?:many |kind )?thanks|thank you|cheers|best|ta|rgds|br|kr)\W*$", _I)
CONTACT = re.compile(
    r"(?:tel|phone|mob|mobile|cell|fax|e-?mail|t|m|e|w|web|address)\b ?[:.]|\+?[\d ()-]{8,}|www\.|https?:"
    r"|\S+@\S+\.\w+$",
    _I,
)
JOINING = frozenset({"and", "of", "the", "de", "van", "von", "der", "la", "for", "at", "in", "on", "&", "|", "-", "/"})
CONFIDENTIAL = re.compile(
    r"intended recipient|intended (?:only|solely|exclusively) for|addressee|legally privileged"
    r"|received (?:this|it) .{0,40}in error"
    r"|(?:files|attachments?) .{0,60}confidential|for the (?:sole )?use of the",
    _I,
)
NOTICE = re.compile(
    r"(?:\W*(?:disclaimer|confidentiality notice|confidential)\W+)?(?:this (?:e-?mail|message"
    r"|communication|transmission)\b"
    r"|the (?:information|contents?) (?:\w+ ){0,2}(?:in|of) this\b|if you (?:are not the"
    r"|have received this)|any views)",
    _I,
)
FOOTER = re.compile(
    r"\W*(?:(?:click here to )?unsubscribe"
    r"(?:\W*$|\W+(?:here|from (?:this|these|our)|at any time|update|view|manage|privacy)\b)"
    r"|to unsubscribe\b.{0,60}\b(?:click|reply|visit|follow|here)\b|view (?:this email )?in (?:your )?browser"
    r"|update your (?:email )?preferences"
    r"|you(?: are|'re) receiving this e-?mail|please (?:do not|don't) reply to this"
    r"|please (?:type your )?reply above this line"
    r"|please consider the environment|(?:please )?think before you print|registered in england"
    r"|virus-free\b"
    r"|scanned by\b|ref:_\w+)",
    _I,
)
FURNITURE = re.compile(
    r"\W*(?:leave a (?:reply|comment)|cancel reply|(?:log|sign) in(?: to (?:reply|comment"
    r"|leave a comment))?|log ?out|sign up"
    r"|register|reply|share|tweet|like|follow|report(?: abuse| this)?|flag|helpful|permalink|print|menu"
    r"|search(?: for)?|home"
    r"|skip to (?:main )?content|share this(?: post| article| on \w+)?|like this|like loading|loading"
    r"|(?:posted|filed) (?:in|under)\b.{0,80}"
    r"|posted (?:on|by)\b.{0,60}|tags?:.{0,80}|tagged(?: with)?:.{0,80}|categor(?:y|ies):.{0,80}"
    r"|related(?: (?:posts|articles|stories))?"
    r"|you (?:might|may) also like|(?:previous|next|older|newer) (?:posts?|articles?|comments?)|read more"
    r"|continue reading"
    r"|show (?:more|less)|see more|back to top|load more(?: comments)?|advertisements?|sponsored"
    r"|report this ad"
    r"|fill in your details below or click an icon to log in|(?:wordpress\.com|gravatar) logo|(?:twitter"
    r"|google) picture"
    r"|(?:facebook|google\+?) photo|you are commenting using your .{1,60}|connecting to %s"
    r"|notify me of .{1,60}"
    r"|(?:name|e-?mail|website|comment)(?: \(?required\)?(?: \(?.{0,40}\)?)?)?|post comment"
    r"|required fields are marked"
    r"|your e-?mail address will not be published.{0,60}|this site uses akismet.{0,80}|\d+ (?:comments?"
    r"|replies|responses)"
    r"|comments? (?:are )?closed|trackbacks?|pingback:.{0,80}|copyright\b.{0,80}|all rights reserved"
    r"|powered by .{1,40}"
    r"|privacy(?: (?:policy|notice))?|terms (?:of|and) \w+|cookie (?:policy|settings)|(?:accept"
    r"|reject)(?: all)?(?: cookies)?"
    r"|(?:we|this (?:web)?site) uses? cookies\b.{0,200}|about(?: the author| us)?|contact(?: us)?"
    r"|follow us(?: on .{1,40})?"
    r"|subscribe(?: to .{1,60})?|was this (?:review|comment|post|answer) helpful\W+(?:yes\W+no)?"
    r"|be the first to like this)[^\w?]*$",
    _I,
)
MENU = re.compile(r"\b(?:home|about|contact|log ?in|help|search|menu|faqs?|privacy)\b", _I)
BARS = re.compile(r" ?[|»•·] ?")
FREEMAIL = re.compile(
    r"@(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|aol|gmx|web|btinternet"
    r"|protonmail|proton|mail)\.",
    _I,
)
COMPANY = re.compile(
    r"support|service|\bcare\b|no-?_?reply|do-?_?not-?_?reply|help ?desk|relations|\bteam\b|complaints?\b"
    r"|billing|claims|reservations"
    r"|\b(?:contact|info|help|hello|sales|orders?|bookings?|notifications?|enquiries|feedback)@"
    r"|communications|kundendienst"
    r"|atención|customer|executive office",
    _I,
)
AGENT_WORDS = re.compile(
    r"\bthank(?:s| you)(?: so much| very much)? for (?:contacting|your (?:e-?mail|message|patience"
    r"|enquiry|inquiry|feedback|letter|understanding|"
    r"time|reply|response)|getting|reaching|writing|calling|choosing|taking|bringing|following|letting"
    r"|chatting|waiting|being)\b"
    r"|\bwe(?:.re| are)(?: \w+)? sorry|\bwe (?:sincerely )?apologi[sz]e|\bapologi(?:es|[sz]e) for (?:any"
    r"|the|this)\b"
    r"|\bdear (?:customer|valued|guest|member|passenger|client)|\bhow (?:can|may) i (?:help|assist)"
    r"|\bhesitate to\b"
    r"|\b(?:case|ticket|incident) (?:number|no\b|id\b|ref)|\bsorry to (?:hear|learn|read)"
    r"|\bsorry for (?:the|any) (?:inconvenience|trouble|delay)"
    r"|\b(?:your|the) (?:case|ticket|request|enquiry|inquiry|claim|complaint|feedback|concerns?"
    r"|frustration|account|order|booking|refund)\b"
    r"|\bour (?:team|records?|systems?|engineers?|colleagues?|customers?|polic(?:y|ies)|terms|warehouse"
    r"|supplier|courier|partner"
    r"|goal|conditions|investigations?|process|specialists?)\b|\bi(?: have|.ve) (?:raised|escalated"
    r"|forwarded|passed)\b"
    r"|\bwe (?:will|have|can|are|aim|value|do|would|understand|appreciate|encourage|look forward|require"
    r"|need)\b"
    r"|\bautomated message\b"
    r"|\banything else\b|\bmy name is\b|\bi understand\b|\bi(?: a|.)m (?:required|unable|not able)\b"
    r"|\bi can (?:see|help|confirm|certainly)\b"
    r"|\blet me (?:look|check|see|help|have|just)\b|\bunfortunately\b|\byou can\b|\bcan i (?:take|have"
    r"|get) your\b|\bhere to help\b"
    r"|\bplease (?:provide|confirm|allow|bear|hold|accept|choose|rest assured|log in)\b"
    r"|\bthis is \w+ (?:from|at)\b"
    r"|\bcustomer (?:service|care|relations|support|experience|satisfaction)s?(?: \w+){0,2}$",
    _I | re.MULTILINE,
)
CUSTOMER_WORDS = re.compile(
    r"\b(?:my|mine|me)\b|\bi (?:have been|ordered|bought|paid|want|am (?:still|writing)|was|called|phoned"
    r"|emailed|rang|never|did|don.t|would like)\b"
    r"|\bi(?:.ve| have) (?:been|called|paid|tried|had|asked|sent)\b|\byou (?:have (?:not|still|charged"
    r"|taken|sent|told)|still|never|didn.t|promised|told|said|charged|took)\b"
    r"|\byour (?:driver|engineer|company|staff|colleague|website|email|service|lack|agent|people)\b"
    r"|\bcomplain",
    _I,
)
COVER = re.compile(
    r"\bfyi\b|\bfya\b|\bsee below\b|\bplease see\b|\bbelow\b.{0,40}\b(?:complaint|customer|e-?mail"
    r"|message)\b|\bforward(?:ing|ed)?\b"
    r"|\bcan (?:you|someone|somebody) (?:\w+ )?(?:deal|handle|look|take|pick|reply|respond)|\bfor (?:your"
    r"|info)\b|\bone for you\b"
    r"|\bpass(?:ing|ed) (?:this )?on\b|\bplease (?:deal|handle|action|advise|respond)|\bany (?:thoughts"
    r"|ideas)\b|\bsee attached\b",
    _I,
)
COVER_WORDS = 40
"""A cover note has fewer words than this."""
_TIME = r"[\[(]?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]m)?[\])]?"
TURN = re.compile(
    rf"(?:{_TIME}\s?[-–]?\s?)?[*_]{{0,2}}"
    r"(?P<name>[^\W\d_][\w.'’-]{0,20}(?: [\w.'’#-]{1,20}){0,3})(?: ?[(\[](?P<tag>[^()\[\]]{1,30})[)\]])?"
    rf"(?: ?{_TIME})?[*_]{{0,2}} ?:[*_]{{0,2}}(?!//)(?=\s|[\"“‘'\w])",
    _I,
)
SIDE = re.compile(r"(?P<name>[<>→←–—-])\s?(?=\S)(?P<tag>)")
JOINED = re.compile(
    r"\W*(?:(?P<name>\w{2,20}(?: \w{1,20})?)(?: \w{1,20})? has (?:joined|left|entered|ended)\b.{0,60}"
    r"|you(?: are|.re) (?:now )?(?:connected|chatting) (?:to|with) (?P<with>\w{2,20})\b.{0,60}"
    r"|(?:the |this )?(?:chat|conversation|session) (?:has )?(?:started|ended|is closed|closed)\W*"
    r"|\w{2,20} is typing\W*)$",
    _I,
)
STAFF = re.compile(
    r"\b(?:agent|advis[eo]r|support|staff|(?:chat|virtual|digital|automated)? ?(?:ro)?bot|chatbot"
    r"|assistant|rep|representative|operator|concierge"
    r"|service|team|helper|csr?|specialist|supervisor|manager|reception|helpdesk|host|system|employee"
    r"|clerk|cs rep|associate)\b",
    _I,
)
CLIENT = re.compile(
    r"(?:me|you|customer\w*|client|visitor|user|guest|rider|passenger|caller|myself|i|buyer|member|patient|tenant)$", _I
)
NO_NAME = re.compile(
    r"(?:hi|hello|hey|dear|good|morning|afternoon|evening|mrs?|ms|miss|dr|sir|madam|and|the|on|re|fwd?|from|no|yes|so"
    r"|thanks?|many|kind|best|warm|regards|yours|sincerely|faithfully|sent|my|iphone|ref|mon|tue|wed|thu|fri|sat|sun"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)$",
    _I,
)
NO_SPEAKER = re.compile(
    r"(?:from|to|sent|date|subject|cc|re|fwd?|note|p\.?s|update|edit|pros|cons|order|https?|total|summary|title"
    r"|question)$",
    _I,
)
OPENERS = frozenset(
    [
        "original",
        "forwarded",
        "ursprüngliche",
        "weitergeleitete",
        "message",
        "mensaje",
        "messaggio",
        "begin",
        "anfang",
        "début",
        "inicio",
        "sent",
        "get",
        "von",
        "envoyé",
        "enviado",
        "inviato",
        "with",
        "kind",
        "kindest",
        "best",
        "warm",
        "warmest",
        "many",
        "thanks",
        "thank",
        "regards",
        "yours",
        "your",
        "sincerely",
        "faithfully",
        "respectfully",
        "all",
        "mit",
        "cordialement",
        "saludos",
        "un",
        "cheers",
        "ta",
        "rgds",
        "br",
        "kr",
        "click",
        "unsubscribe",
        "to",
        "view",
        "update",
        "you",
        "you're",
        "please",
        "registered",
        "think",
        "virus-free",
        "scanned",
        "ref",
        "leave",
        "cancel",
        "log",
        "login",
        "logout",
        "sign",
        "signup",
        "register",
        "reply",
        "share",
        "tweet",
        "like",
        "follow",
        "report",
        "flag",
        "helpful",
        "permalink",
        "print",
        "menu",
        "search",
        "home",
        "skip",
        "loading",
        "posted",
        "filed",
        "tag",
        "tags",
        "tagged",
        "category",
        "categories",
        "related",
        "previous",
        "next",
        "older",
        "newer",
        "read",
        "continue",
        "show",
        "see",
        "back",
        "load",
        "advertisement",
        "advertisements",
        "sponsored",
        "fill",
        "wordpress.com",
        "gravatar",
        "twitter",
        "google",
        "google+",
        "facebook",
        "connecting",
        "notify",
        "name",
        "email",
        "e-mail",
        "website",
        "comment",
        "comments",
        "post",
        "required",
        "this",
        "trackback",
        "trackbacks",
        "pingback",
        "copyright",
        "privacy",
        "terms",
        "cookie",
        "powered",
        "accept",
        "reject",
        "we",
        "about",
        "contact",
        "subscribe",
        "was",
        "be",
        "the",
        "if",
        "any",
        "disclaimer",
        "confidential",
        "confidentiality",
    ]
)
"""First words of every line that a pattern for whole lines here can match, but for headers, which hold a colon."""
OPENER = re.compile(r"\W*(\w+(?:['+.-]\w+)*\+?)")
LINES = (SEPARATOR, DEVICE, CLOSING, THANKS, FOOTER, FURNITURE, NOTICE)
COLON = 90
"""How far into a line the colon of a speaker or header stands."""
