//! Pictures of the cost curve: bars for a terminal, lines as SVG.

use std::path::Path;

use plotters::prelude::*;

use super::cost::Point;
use super::kernels::time;
use crate::cli::Failure;

/// Characters of the longest bar.
const WIDTH: f64 = 48.0;

/// Two bars for each context. Their length grows with the logarithm of the time, a factor of ten being the same everywhere.
pub fn bars(points: &[Point]) -> String {
    let times = || points.iter().flat_map(|point| [point.dense, point.dsa]);
    let (least, most) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let span = (most / least).log10().max(0.1);
    let bar = |seconds: f64| "█".repeat((4.0 + (seconds / least).log10() / span * (WIDTH - 4.0)).round() as usize);
    let mut text = String::from("tokens   (bars are logarithmic)\n");
    for point in points {
        text += &format!("{:>9}  dense  {} {}\n", point.context, bar(point.dense), time(point.dense));
        text += &format!("{:>9}  DSA    {} {}\n", "", bar(point.dsa).replace('█', "▒"), time(point.dsa));
    }
    text
}

/// A context as the axis shows it.
fn tokens(count: u64) -> String {
    match count {
        count if count >= 1 << 20 && count.is_multiple_of(1 << 20) => format!("{}M", count >> 20),
        count if count >= 1 << 10 && count.is_multiple_of(1 << 10) => format!("{}K", count >> 10),
        count => count.to_string(),
    }
}

/// Both curves over the context, on logarithmic axes.
pub fn svg(path: &Path, title: &str, points: &[Point]) -> Result<(), Failure> {
    let mut picture = String::new();
    draw(&mut picture, title, points).map_err(|error| Failure::Failed(format!("cannot draw the curve: {error}")))?;
    std::fs::write(path, picture).map_err(|error| Failure::refused(format!("cannot write {}: {error}", path.display())))
}

fn draw(picture: &mut String, title: &str, points: &[Point]) -> Result<(), Box<dyn std::error::Error>> {
    let milliseconds = |seconds: f64| seconds * 1e3;
    let contexts: Vec<f64> = points.iter().map(|point| point.context as f64).collect();
    let times = points.iter().flat_map(|point| [point.dense, point.dsa]).map(milliseconds);
    let (left, right) =
        (contexts.iter().fold(f64::INFINITY, |least, &x| least.min(x)), contexts.iter().fold(0.0, |most: f64, &x| most.max(x)) * 1.2);
    let (low, high) = (times.clone().fold(f64::INFINITY, f64::min) / 1.5, times.fold(0.0, f64::max) * 1.5);
    let root = SVGBackend::with_string(picture, (800, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d((left..right).log_scale().with_key_points(contexts), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("tokens of context")
        .y_desc("milliseconds a token")
        .label_style(("sans-serif", 13))
        .x_label_formatter(&|&x| tokens(x as u64))
        .y_label_formatter(&|y| format!("{y}"))
        .light_line_style(WHITE)
        .draw()?;
    for (name, colour, seconds) in [("dense", RED, (|point| point.dense) as fn(&Point) -> f64), ("DSA", BLUE, |point| point.dsa)] {
        let line = points.iter().map(|point| (point.context as f64, milliseconds(seconds(point))));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).background_style(WHITE).border_style(BLACK).draw()?;
    root.present()?;
    drop(chart);
    Ok(())
}
