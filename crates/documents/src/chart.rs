//! Charts inside Word documents (DrawingML, ISO/IEC 29500-1 §21.2): bars and columns, legible in black and white.

use std::fmt::Write as _;

/// Vietnamese digit grouping (`1.234`), whatever the locale of the reader's machine.
pub const GROUPED: &str = r"[>=1000000]#\.000\.000;[>=1000]#\.000;0";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Horizontal bars, one below the other.
    Bars,
    /// Vertical columns, for values over time.
    Columns,
}

/// One chart: labels and one or two series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    pub shape: Shape,
    pub labels: Vec<String>,
    pub series: Vec<(String, Vec<i64>)>,
}

fn escape(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text(size: u32, bold: bool) -> String {
    let bold = u8::from(bold);
    format!(
        r#"<a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size}" b="{bold}"><a:latin typeface="Times New Roman"/></a:defRPr></a:pPr>"#
    )
}

/// The part `word/charts/chartN.xml`.
pub fn xml(chart: &Chart) -> String {
    let mut out = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich>"#,
    );
    let _ = write!(
        out,
        r#"{}<a:r><a:rPr lang="vi-VN" sz="1200" b="1"><a:latin typeface="Times New Roman"/></a:rPr><a:t>{}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart><c:barDir val="{}"/><c:grouping val="clustered"/><c:varyColors val="0"/>"#,
        text(1200, true),
        escape(&chart.title),
        if chart.shape == Shape::Bars { "bar" } else { "col" },
    );
    for (at, (name, values)) in chart.series.iter().enumerate() {
        let fill = if at == 0 {
            r#"<a:solidFill><a:srgbClr val="404040"/></a:solidFill>"#
        } else {
            r#"<a:pattFill prst="wdUpDiag"><a:fgClr><a:srgbClr val="404040"/></a:fgClr><a:bgClr><a:srgbClr val="FFFFFF"/></a:bgClr></a:pattFill>"#
        };
        let _ = write!(
            out,
            r#"<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>S!${2}$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{0}</c:v></c:pt></c:strCache></c:strRef></c:tx><c:spPr>{fill}<a:ln w="6350"><a:solidFill><a:srgbClr val="404040"/></a:solidFill></a:ln></c:spPr><c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="{1}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr><c:txPr>{3}<a:endParaRPr lang="vi-VN"/></a:p></c:txPr><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>"#,
            escape(name),
            escape(GROUPED),
            char::from(b'B' + u8::try_from(at).unwrap_or(0)),
            text(800, false),
        );
        let count = chart.labels.len();
        let _ =
            write!(out, r#"<c:cat><c:strRef><c:f>S!$A$2:$A${}</c:f><c:strCache><c:ptCount val="{count}"/>"#, count + 1);
        for (n, label) in chart.labels.iter().enumerate() {
            let _ = write!(out, r#"<c:pt idx="{n}"><c:v>{}</c:v></c:pt>"#, escape(label));
        }
        let column = char::from(b'B' + u8::try_from(at).unwrap_or(0));
        let _ = write!(
            out,
            r#"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>S!${column}$2:${column}${}</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>"#,
            count + 1
        );
        for (n, value) in values.iter().enumerate() {
            let _ = write!(out, r#"<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>"#);
        }
        out.push_str("</c:numCache></c:numRef></c:val></c:ser>");
    }
    let (labels, values, order) = match chart.shape {
        Shape::Bars => ("l", "b", "maxMin"),
        Shape::Columns => ("b", "l", "minMax"),
    };
    let crosses = if chart.shape == Shape::Bars { "max" } else { "autoZero" };
    let _ = write!(
        out,
        r#"<c:gapWidth val="50"/><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/><c:axPos val="{labels}"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:txPr>{0}<a:endParaRPr lang="vi-VN"/></a:p></c:txPr><c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="{values}"/><c:numFmt formatCode="{1}" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:txPr>{0}<a:endParaRPr lang="vi-VN"/></a:p></c:txPr><c:crossAx val="1"/><c:crosses val="{crosses}"/></c:valAx></c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/><c:txPr>{0}<a:endParaRPr lang="vi-VN"/></a:p></c:txPr></c:legend><c:plotVisOnly val="1"/></c:chart></c:chartSpace>"#,
        text(900, false),
        escape(GROUPED),
    );
    out
}

/// The paragraph that shows chart `number` (from 1) of a document; `width` and `height` in millimetres.
pub fn paragraph(number: usize, width: u32, height: u32) -> String {
    // DrawingML measures in English Metric Units: 36,000 per millimetre.
    let (cx, cy) = (width * 36_000, height * 36_000);
    format!(
        r#"<w:p><w:pPr><w:keepNext/><w:jc w:val="center"/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{number}" name="Biểu đồ {number}"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rIdChart{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
    )
}
