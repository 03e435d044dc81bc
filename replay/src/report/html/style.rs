//! The style sheet. Colours are chosen for contrast in both schemes and do not rely on hue alone:
//! every plot has labels.

/// Goes into the page's head.
pub(super) const CSS: &str = "\
:root{color-scheme:light dark;--bg:#f6f7f9;--panel:#fff;--text:#1b2330;--soft:#5a6676;--line:#dfe4eb;\
--spent:#3567c9;--saved:#3aa777;--risk:#9e5d00;--block:#c0392b;--grid:#e8ecf1}\
@media (prefers-color-scheme:dark){:root{--bg:#0f131a;--panel:#171d26;--text:#e5e9f0;--soft:#9aa6b6;--line:#2b3441;\
--spent:#7aa2f7;--saved:#4cc38a;--risk:#e5b454;--block:#f27d72;--grid:#232b36}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{max-width:1160px;margin:0 auto;padding:32px 20px 56px}\
h1{font-size:26px;line-height:1.25;margin:0 0 4px}h2{font-size:17px;margin:0 0 12px}\
.sub{color:var(--soft);margin:0 0 20px;overflow-wrap:anywhere}\
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:0 0 16px}\
.card,section{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:16px 18px}\
section{margin:0 0 16px;min-width:0}\
.card .what{color:var(--soft);font-size:13px}.card .much{font-size:27px;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}\
.card .share{color:var(--soft);font-size:13px}\
.card.saved .much{color:var(--saved)}.card.risk .much{color:var(--risk)}\
.note{border-left:4px solid var(--risk);margin:0 0 8px;padding:2px 0 2px 12px}\
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px}\
.two section{margin:0}.two{margin:0 0 16px}\
.scroll{overflow-x:auto}\
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}\
th,td{padding:6px 8px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}\
th{color:var(--soft);font-weight:550;font-size:13px}tr:last-child td{border-bottom:0}\
th.t,td.t{text-align:left}td.wide{white-space:normal;min-width:5em}\
td:first-child,th:first-child{padding-left:0}td:last-child,th:last-child{padding-right:0}\
.zero{color:var(--soft)}.red{color:var(--block)}.amber{color:var(--risk)}\
.bar{position:relative;min-width:90px;height:9px;background:var(--grid);border-radius:5px;overflow:hidden}\
.bar i{position:absolute;inset:0 auto 0 0;background:var(--spent)}.bar i.s{background:var(--saved)}\
svg{display:block;width:100%;height:auto}svg.long{min-width:640px}svg text{fill:var(--soft);font:12px system-ui,sans-serif}\
.g{stroke:var(--grid)}.a{stroke:var(--line)}.fs{fill:var(--spent)}.fv{fill:var(--saved)}\
.curve{fill:none;stroke:var(--spent);stroke-width:2.5;stroke-linejoin:round}.area{fill:var(--spent);opacity:.12}.even{stroke:var(--soft);stroke-dasharray:4 4}\
.dot{fill:var(--spent);stroke:var(--panel);stroke-width:2}svg text.key{fill:var(--text);font-weight:600}\
.legend{display:flex;gap:18px;color:var(--soft);font-size:13px;margin:0 0 8px;flex-wrap:wrap}\
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 16px;margin:0;font-size:14px}dt{font-weight:600}dd{margin:0;color:var(--soft)}\
footer{color:var(--soft);font-size:13px;margin-top:20px}\
@media (max-width:560px){.two{grid-template-columns:1fr}dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}}\
@media print{body{background:none}.card,section{break-inside:avoid}}";

#[cfg(test)]
mod tests {
    use super::CSS;

    /// The luminance of `#rgb` or `#rrggbb`, by WCAG 2.
    fn luminance(color: &str) -> f64 {
        let digits: Vec<u32> = color.chars().skip(1).map(|c| c.to_digit(16).unwrap()).collect();
        let short = digits.len() == 3;
        let channel = |i: usize| {
            let byte = if short { digits[i] * 17 } else { digits[2 * i] * 16 + digits[2 * i + 1] };
            let share = f64::from(byte) / 255.0;
            if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    }

    fn contrast(a: f64, b: f64) -> f64 {
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_in_both_schemes() {
        let (light, dark) = CSS.split_once("@media (prefers-color-scheme:dark)").unwrap();
        for scheme in [light, dark] {
            let color = |name: &str| {
                let (_, rest) = scheme.split_once(&format!("--{name}:")).unwrap();
                luminance(rest.split([';', '}']).next().unwrap())
            };
            for ground in ["bg", "panel"] {
                for text in ["text", "soft", "risk", "block"] {
                    let contrast = contrast(color(text), color(ground));
                    assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
                }
                // In large letters and as a bar only.
                let contrast = contrast(color("saved"), color("panel"));
                assert!(contrast >= 3.0, "saved: {contrast:.2}");
            }
        }
        assert!(!CSS.contains("opacity:.6"), "faded text has less contrast than its colour");
    }
}
