//! The seller's logo: a PNG, or an SVG drawn at print resolution; laid on white and deflated
//! once for all invoices.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use resvg::{tiny_skia, usvg};

use crate::model::problem::Problem;

/// More pixels than a printed logo needs.
const MOST_PIXELS: usize = 4_000_000;

/// A logo as it is embedded.
#[derive(Clone, Debug)]
pub struct Logo {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) pixels: (u32, u32),
    /// Red, green, blue, row by row, deflated.
    pub(super) deflated: Vec<u8>,
}

impl Logo {
    /// Reads a PNG or an SVG.
    ///
    /// # Errors
    /// Another format, a damaged file, a PNG of more than four million pixels, an SVG with
    /// text (whose font is not at hand).
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let is_text = bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf<");
        let read = if is_text { svg(bytes) } else { raster(bytes) };
        let (width, height, rgb) = read.map_err(|why| {
            Problem::usage("logo", "the logo cannot be used")
                .because(why)
                .next("set [seller] logo to a PNG of at most 4 million pixels, or to an SVG without text")
                .not_done("No invoice was issued.")
        })?;
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let _ = encoder.write_all(&rgb);
        let deflated = encoder.finish().unwrap_or_default();
        Ok(Self { width: width as f32, height: height as f32, pixels: (width, height), deflated })
    }
}

/// Width, height, and red, green, blue of each pixel.
type Pixels = (u32, u32, Vec<u8>);

fn raster(bytes: &[u8]) -> Result<Pixels, String> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|e| e.to_string())?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width as usize * height as usize > MOST_PIXELS || width == 0 || height == 0 {
        return Err(format!("it has {width} × {height} pixels"));
    }
    let mut buffer = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
    let frame = reader.next_frame(&mut buffer).map_err(|e| e.to_string())?;
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for pixel in buffer[..frame.buffer_size()].chunks_exact(frame.color_type.samples()) {
        match pixel {
            [grey, alpha] => rgb.extend([on_white(*grey, *alpha); 3]),
            [r, g, b, alpha] => rgb.extend([r, g, b].map(|part| on_white(*part, *alpha))),
            _ => return Err("its pixels are of an unknown kind".to_owned()),
        }
    }
    Ok((width, height, rgb))
}

/// (colour × alpha + 255 × (255 − alpha)) / 255, rounded.
fn on_white(part: u8, alpha: u8) -> u8 {
    let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from((mixed + 127) / 255).unwrap_or(255)
}

/// The longer side of a drawn SVG: 300 dots an inch at the largest size that is printed.
const SVG_PIXELS: f32 = 700.0;

fn svg(bytes: &[u8]) -> Result<Pixels, String> {
    let tree = usvg::Tree::from_data(bytes, &usvg::Options::default()).map_err(|e| e.to_string())?;
    // Text is left out silently where no font is at hand.
    if String::from_utf8_lossy(bytes).contains("<text") {
        return Err("it has text: turn that into paths".to_owned());
    }
    let size = tree.size();
    let scale = SVG_PIXELS / size.width().max(size.height());
    let whole = |length: f32| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 700")]
        let pixels = (length * scale).ceil().clamp(1.0, SVG_PIXELS) as u32;
        pixels
    };
    let (width, height) = (whole(size.width()), whole(size.height()));
    let mut pixmap = tiny_skia::Pixmap::new(width, height).ok_or("it has no size")?;
    pixmap.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let rgb: Vec<u8> = pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    if rgb.iter().all(|part| *part == 255) {
        return Err("it draws nothing".to_owned());
    }
    Ok((width, height, rgb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_is_laid_on_white() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[255, 0, 0, 255, 0, 0, 255, 0]).unwrap();
        writer.finish().unwrap();
        let logo = Logo::read(&bytes).unwrap();
        let mut pixels = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&logo.deflated[..]), &mut pixels).unwrap();
        assert_eq!((logo.pixels, pixels), ((2, 1), vec![255, 0, 0, 255, 255, 255]));
        assert_eq!(Logo::read(b"GIF89a").unwrap_err().code, "logo");
    }

    #[test]
    fn an_svg_is_drawn_at_print_resolution() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="10" height="10" fill="#ff0000"/></svg>"##;
        let logo = Logo::read(svg.as_bytes()).unwrap();
        assert_eq!(logo.pixels, (700, 350));
        let mut pixels = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&logo.deflated[..]), &mut pixels).unwrap();
        assert_eq!((&pixels[..3], &pixels[699 * 3..700 * 3]), (&[255, 0, 0][..], &[255, 255, 255][..]));
        for bad in ["<svg/>", r##"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>A</text></svg>"##]
        {
            assert_eq!(Logo::read(bad.as_bytes()).unwrap_err().code, "logo");
        }
    }
}
