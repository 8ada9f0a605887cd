//! Charts as SVG: horizontal bars and lines that stay legible in black and white, with title, unit, source and date.

use std::fmt::Write;

use kernel::money::grouped;

/// What a chart is looked at on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartStyle {
    /// Black and white: a copier makes no difference.
    #[default]
    Print,
    /// Blue and orange, which every kind of colour blindness tells apart (Okabe and Ito).
    Screen,
}

impl ChartStyle {
    fn css(self) -> &'static str {
        match self {
            ChartStyle::Print => {
                ".now{fill:#333;stroke:#000}.before{fill:url(#hatch);stroke:#000}.square{fill:#fff;stroke:#000}.axis{stroke:#000}\
                 .grid{stroke:#bbb;stroke-dasharray:2 3}.line{fill:none;stroke:#000;stroke-width:2.5}\
                 .dashed{fill:none;stroke:#000;stroke-width:1.5;stroke-dasharray:7 5}"
            }
            ChartStyle::Screen => {
                ".now{fill:#0a54a0}.before{fill:#e69f00;stroke:#7a4600}.square{fill:#e69f00;stroke:#7a4600}.axis{stroke:#857f75}\
                 .grid{stroke:#dedad2}.line{fill:none;stroke:#0a54a0;stroke-width:2.5}\
                 .dashed{fill:none;stroke:#b87f00;stroke-width:2;stroke-dasharray:7 5}"
            }
        }
    }
}

/// One chart.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnChart {
    pub title: String,
    /// What the numbers count.
    pub unit: String,
    /// Names of the series: the solid one, and the hatched or dashed one where two are compared.
    pub names: (String, Option<String>),
    pub points: Vec<Point>,
    pub shape: DrawnShape,
    /// Source, date and notes, one paragraph each.
    pub footer: Vec<String>,
    /// Text shown when there are no points.
    pub empty: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnShape {
    /// Horizontal bars, one below the other, in the given order.
    Bars,
    /// Values over time.
    Line,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub label: String,
    pub value: i64,
    /// Shown after the value.
    pub remark: String,
    pub before: Option<i64>,
}

/// Pixels.
const WIDTH: i64 = 900;
const MARGIN: i64 = 24;
/// Average width of a letter at label size.
const LETTER: i64 = 8;
/// Maximum letters of a label; the tooltip shows the whole label.
const LABEL: usize = 52;
const FONTS: &str = "'Liberation Sans','DejaVu Sans','Noto Sans',Arial,sans-serif";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn short(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_owned();
    }
    text.chars().take(LABEL - 1).chain(['…']).collect()
}

/// Wraps text between words into lines of at most `letters` characters.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |l| l.chars().count());
        if line > 0 && line + 1 + word.chars().count() > letters {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The smallest of 1, 2, 5, 10, 20, 50, … of which five steps reach the value.
fn step(highest: i64) -> i64 {
    let mut unit = 1;
    loop {
        for one in [1, 2, 5] {
            if one * unit * 5 >= highest {
                return one * unit;
            }
        }
        unit *= 10;
    }
}

/// Whether the label is more legible below its point: in a valley, or where the other line passes above.
fn hangs(points: &[Point], n: i64) -> bool {
    let at = |n: i64| usize::try_from(n).ok().and_then(|n| points.get(n));
    let Some(point) = at(n) else { return false };
    let beside: Vec<i64> = [at(n - 1), at(n + 1)].into_iter().flatten().map(|p| p.value).collect();
    let valley = !beside.is_empty() && beside.iter().all(|value| *value > point.value);
    point.before.map_or(valley, |before| before > point.value)
}

/// Collects elements from top to bottom; `y` is the current position.
struct Canvas {
    body: String,
    y: i64,
}

impl Canvas {
    fn put(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    fn text(&mut self, x: i64, y: i64, class: &str, text: &str) {
        let text = escape(text);
        let _ = writeln!(self.body, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>");
    }

    /// Explains the two series.
    fn legend(&mut self, chart: &DrawnChart) {
        let Some(before) = &chart.names.1 else { return };
        self.y += 8;
        let (y, second) = (self.y, MARGIN + 60 + LETTER * i64::try_from(chart.names.0.chars().count()).unwrap_or(0));
        match chart.shape {
            DrawnShape::Bars => {
                self.put(&format!("<rect x=\"{MARGIN}\" y=\"{}\" width=\"28\" height=\"12\" class=\"now\"/>", y - 11));
                self.put(&format!(
                    "<rect x=\"{second}\" y=\"{}\" width=\"28\" height=\"12\" class=\"before\"/>",
                    y - 11
                ));
            }
            DrawnShape::Line => {
                let line = |x: i64, class: &str| {
                    format!("<line x1=\"{x}\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\" class=\"{class}\"/>", y - 5, x + 28)
                };
                self.put(&line(MARGIN, "line"));
                self.put(&line(second, "dashed"));
            }
        }
        self.text(MARGIN + 34, y, "label", &chart.names.0);
        self.text(second + 34, y, "label", before);
        self.y += 22;
    }

    fn bars(&mut self, chart: &DrawnChart) {
        let two = chart.names.1.is_some();
        let longest = chart.points.iter().map(|p| short(&p.label).chars().count()).max().unwrap_or(0);
        let left = MARGIN + 8 + LETTER * i64::try_from(longest).unwrap_or(0);
        let said = |p: &Point| grouped(p.value).chars().count() + p.remark.chars().count() + 2;
        let right = LETTER * i64::try_from(chart.points.iter().map(said).max().unwrap_or(0)).unwrap_or(0);
        let room = (WIDTH - MARGIN - left - right).max(100);
        let highest = chart.points.iter().flat_map(|p| [p.value, p.before.unwrap_or(0)]).max().unwrap_or(0).max(1);
        let long = |value: i64| value.saturating_mul(room) / highest;
        let top = self.y - 4;
        for point in &chart.points {
            let y = self.y;
            let height = 16;
            let (label, whole) = (escape(&short(&point.label)), escape(&point.label));
            self.put(&format!(
                "<text x=\"{}\" y=\"{}\" class=\"label end\">{label}<title>{whole}</title></text>",
                left - 8,
                y + 13
            ));
            let bar = |y: i64, width: i64, class: &str| {
                format!("<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"{class}\"/>")
            };
            self.put(&bar(y, long(point.value), "now"));
            let value = format!("{} {}", grouped(point.value), point.remark);
            self.text(left + long(point.value) + 6, y + 13, "label", value.trim_end());
            if let Some(before) = point.before {
                self.put(&bar(y + height, long(before), "before"));
                self.text(left + long(before) + 6, y + height + 13, "small", &grouped(before));
            }
            self.y += if two { 2 * height + 10 } else { height + 8 };
        }
        self.put(&format!("<line x1=\"{left}\" y1=\"{}\" x2=\"{left}\" y2=\"{}\" class=\"axis\"/>", top, self.y));
    }

    fn line(&mut self, chart: &DrawnChart) {
        let highest = chart.points.iter().flat_map(|p| [p.value, p.before.unwrap_or(0)]).max().unwrap_or(0).max(1);
        let step = step(highest);
        let top_value = step * (highest + step - 1).div_euclid(step);
        let (left, right, height) = (MARGIN + LETTER * 7, WIDTH - MARGIN - 16, 280);
        let bottom = self.y + 12 + height;
        let at = |value: i64| bottom - value * height / top_value;
        for tick in (0..=top_value / step).map(|n| n * step) {
            let (y, class) = (at(tick), if tick == 0 { "axis" } else { "grid" });
            self.put(&format!("<line x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\" class=\"{class}\"/>"));
            self.text(left - 8, y + 4, "small end", &grouped(tick));
        }
        let count = i64::try_from(chart.points.len()).unwrap_or(1).max(1);
        let place = |n: i64| left + (right - left) * (2 * n + 1) / (2 * count);
        let numbered = || (0i64..).zip(&chart.points);
        let path = |value: &dyn Fn(&Point) -> Option<i64>| -> String {
            let points: Vec<String> =
                numbered().filter_map(|(n, p)| value(p).map(|v| format!("{},{}", place(n), at(v)))).collect();
            points.join(" ")
        };
        if chart.names.1.is_some() {
            let points = path(&|p| p.before);
            self.put(&format!("<polyline points=\"{points}\" class=\"dashed\"/>"));
        }
        let points = path(&|p| Some(p.value));
        self.put(&format!("<polyline points=\"{points}\" class=\"line\"/>"));
        // Only as many labels as fit side by side.
        let longest = chart.points.iter().map(|p| p.label.chars().count()).max().unwrap_or(1);
        let every = (i64::try_from(longest).unwrap_or(1) * LETTER + 8) * count / (right - left) + 1;
        for (n, point) in numbered() {
            if let Some(before) = point.before {
                let (x, y) = (place(n) - 3, at(before) - 3);
                self.put(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"6\" height=\"6\" class=\"square\"/>"));
            }
            self.put(&format!("<circle cx=\"{}\" cy=\"{}\" r=\"4\" class=\"now\"/>", place(n), at(point.value)));
            if count <= 36 {
                let y = at(point.value) + if hangs(&chart.points, n) { 19 } else { -9 };
                self.text(place(n), y, "label middle halo", &grouped(point.value));
            }
            if n % every == 0 {
                self.text(place(n), bottom + 18, "label middle", &point.label);
            }
        }
        self.y = bottom + 34;
    }
}

/// Draws the chart as an SVG document.
pub fn draw(chart: &DrawnChart, style: ChartStyle) -> String {
    let mut page = Canvas { body: String::new(), y: MARGIN + 12 };
    for line in wrapped(&chart.title, 84) {
        let y = page.y;
        page.text(MARGIN, y, "title", &line);
        page.y += 24;
    }
    let y = page.y;
    page.text(MARGIN, y, "label", &chart.unit);
    page.y += 22;
    page.legend(chart);
    if chart.points.is_empty() {
        let y = page.y + 20;
        page.text(MARGIN, y, "label", &chart.empty);
        page.y += 44;
    } else {
        match chart.shape {
            DrawnShape::Bars => page.bars(chart),
            DrawnShape::Line => page.line(chart),
        }
    }
    page.y += 14;
    for line in chart.footer.iter().flat_map(|paragraph| wrapped(paragraph, 128)) {
        let y = page.y;
        page.text(MARGIN, y, "small", &line);
        page.y += 16;
    }
    let height = page.y + 8;
    let (title, css) = (escape(&chart.title), style.css());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\" font-family=\"{FONTS}\">\n<title>{title}</title>\n<style>\
         .title{{font-size:18px;font-weight:bold}}.label{{font-size:13px}}.small{{font-size:12px;fill:#222}}\
         .end{{text-anchor:end}}.middle{{text-anchor:middle}}.halo{{paint-order:stroke;stroke:#fff;stroke-width:4px}}{css}</style>\n\
         <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"6\" height=\"6\" fill=\"#fff\"/><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#000\" stroke-width=\"1.5\"/></pattern></defs>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
        page.body
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(label: &str, value: i64, before: Option<i64>) -> Point {
        Point { label: label.into(), value, remark: String::new(), before }
    }

    #[test]
    fn values_are_drawn_in_proportion_and_texts_are_harmless() {
        let chart = DrawnChart {
            title: "Đoàn <ra> & vào".into(),
            unit: "Đơn vị: lượt".into(),
            names: ("2026".into(), None),
            points: vec![
                point("Hàn Quốc", 400, None),
                point("Lào", 100, None),
                point("Nước có tên rất dài ".repeat(5).trim(), 0, None),
            ],
            shape: DrawnShape::Bars,
            footer: vec!["Nguồn: ngoaivu".into()],
            empty: String::new(),
        };
        let svg = draw(&chart, ChartStyle::Print);
        let widths: Vec<i64> = svg
            .lines()
            .filter(|l| l.starts_with("<rect x=") && l.contains("class=\"now\""))
            .map(|l| l.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!((widths[0] / 4, widths[2]), (widths[1], 0));
        assert!(svg.contains("Đoàn &lt;ra&gt; &amp; vào") && !svg.contains("<ra>"));
        assert!(svg.contains("…<title>"));
        let months = (1..=12).map(|m| point(&format!("{m}/2026"), m * 7, Some(m * 5))).collect();
        let lines = draw(
            &DrawnChart {
                names: ("2026".into(), Some("2025".into())),
                points: months,
                shape: DrawnShape::Line,
                ..chart.clone()
            },
            ChartStyle::Screen,
        );
        assert!(lines.contains("#0a54a0") && !svg.contains("#0a54a0"));
        assert_eq!((lines.matches("<circle").count(), lines.matches("<polyline").count()), (12, 2));
        let none =
            draw(&DrawnChart { points: Vec::new(), empty: "Không có số liệu.".into(), ..chart }, ChartStyle::Print);
        assert!(none.contains("Không có số liệu."));
    }

    #[test]
    fn steps_of_an_axis_are_round() {
        assert_eq!([1, 5, 6, 23, 400, 2_208].map(step), [1, 1, 2, 5, 100, 500]);
    }
}
