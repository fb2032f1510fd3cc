//! The seller's logo: a PNG, laid on white and deflated once for all invoices.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

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
    /// Reads a PNG.
    ///
    /// # Errors
    /// Another format, a damaged file, or one of more than four million pixels.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let refuse = |why: String| {
            Problem::usage("logo", "the logo cannot be used")
                .because(why)
                .next("set [seller] logo to a PNG file of at most 4 million pixels")
                .not_done("No invoice was issued.")
        };
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(|e| refuse(e.to_string()))?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width as usize * height as usize > MOST_PIXELS || width == 0 || height == 0 {
            return Err(refuse(format!("it has {width} × {height} pixels")));
        }
        let size = reader.output_buffer_size().ok_or_else(|| refuse("it is too large".to_owned()))?;
        let mut buffer = vec![0; size];
        let frame = reader.next_frame(&mut buffer).map_err(|e| refuse(e.to_string()))?;
        let samples = frame.color_type.samples();
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for pixel in buffer[..frame.buffer_size()].chunks_exact(samples) {
            let (colour, alpha) = match pixel {
                [grey, alpha] => ([*grey; 3], *alpha),
                [r, g, b, alpha] => ([*r, *g, *b], *alpha),
                _ => return Err(refuse("its pixels are of an unknown kind".to_owned())),
            };
            // On white: (colour × alpha + 255 × (255 − alpha)) / 255, rounded.
            let on_white = |part: u8| {
                let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
                u8::try_from((mixed + 127) / 255).unwrap_or(255)
            };
            rgb.extend(colour.map(on_white));
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        let deflated = encoder.write_all(&rgb).and_then(|()| encoder.finish()).map_err(|e| refuse(e.to_string()))?;
        Ok(Self { width: width as f32, height: height as f32, pixels: (width, height), deflated })
    }
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
        assert_eq!(Logo::read(b"<svg/>").unwrap_err().code, "logo");
    }
}
