"""The model card, written from the manifest and what was measured."""

from __future__ import annotations

from servicegap.artifact import Artifact


def markdown(made: Artifact) -> str:
    """Return the card of a model, in Markdown."""
    manifest, metrics = made.manifest, made.metrics()
    fold = metrics.get("out_of_fold", {})
    precision = fold.get("band_precision", {})
    lines = [
        f"# {made.name} {made.version}",
        "",
        "Reads a customer's text in English and gives the types of service failure it reports, with evidence,",
        "whether it is a complaint, and signals for triage. Written from `manifest.json` and `metrics.json`.",
        "",
        f"- License: {manifest['license']}",
        f"- Taxonomy: version {manifest['taxonomy']}",
        f"- Needs: servicegap {manifest['requires']} or newer",
        f"- Rows: {metrics.get('rows', '?')}, each of {len(manifest['labels'])} 8-bit weights",
        "",
        "## Trained on",
        "",
        "| corpus | version | texts | digest |",
        "|---|---|---|---|",
    ]
    for entry in manifest["corpora"]:
        lines.append(f"| {entry['name']} | {entry['version']} | {entry['records']} | `{entry['digest'][:23]}` |")
    lines += [
        "",
        "## Measured out of fold",
        "",
        "On its own training texts, each scored by a model that saw nothing of its writer. Texts of other origin are",
        "harder: `servicegap evaluate` measures on any labeled set.",
        "",
        f"- types, micro-F1 {fold.get('types_micro_f1')}, macro-F1 {fold.get('types_macro_f1')}",
        f"- expected calibration error {fold.get('calibration_error')}",
        "",
        "| band | probability from | precision of what fell into it |",
        "|---|---|---|",
    ]
    for band, least in manifest["bands"].items():
        lines.append(f"| {band} | {least:.2f} | {precision.get(band)} |")
    lines += ["", "| type | threshold | F1 | positives |", "|---|---|---|---|"]
    for label, row in fold.get("types", {}).items():
        lines.append(f"| `{label}` | {manifest['thresholds'][label]:.2f} | {row['f1']:.2f} | {row['positives']} |")
    lines += [
        "",
        "## Limits",
        "",
        "English only; other languages are marked and left unscored. It reads sentences by their words and cannot",
        "follow a story: irony, hypotheticals and whose failure it was are where it errs most. A probability is",
        "calibrated on texts like those above. Do not decide about a person by it alone.",
        "",
    ]
    return "\n".join(lines)
