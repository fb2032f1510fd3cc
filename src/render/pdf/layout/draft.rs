//! What shows on each page that a document was never issued: a word behind everything, and a line
//! in the margin.

use super::marks::{Drawn, Mark};
use super::sheet::Sheet;
use crate::model::shown::DRAFT;
use crate::render::pdf::fonts::Style;
use crate::render::pdf::template::Colour;

const PALE: Colour = Colour([232, 232, 232]);
const RED: Colour = Colour([176, 0, 32]);
const WHITE: Colour = Colour([255, 255, 255]);
/// How high the line in the margin is, in points.
const BAND: f32 = 13.0;

impl Sheet<'_> {
    /// Marks every page. In English whatever the template's language is: who makes a draft reads the
    /// program's words. `warning` is the part that says so to who does not see it, once.
    pub(super) fn draft_marks(&mut self, warning: usize) {
        let (left, right, top, bottom) = (self.left, self.right, self.top, self.bottom);
        // As wide as the text is.
        let size = 100.0 * self.width() / self.fonts.width(Style::Bold, 100.0, DRAFT);
        // Below the middle, where bands and tables hide the least of it.
        let middle = top + (bottom - top) * 0.64;
        let line = "DRAFT: nothing is issued, and nothing is due";
        let small = 8.0;
        let width = self.fonts.width(Style::Bold, small, line);
        for (index, page) in self.pages.iter_mut().enumerate() {
            let text = |x, y, size, colour, text: &str| Mark::Text {
                x,
                y,
                size,
                style: Style::Bold,
                colour,
                text: text.to_owned(),
            };
            let word = Drawn { mark: text(left, middle + size / 3.0, size, PALE, DRAFT), part: None };
            page.marks.insert(0, word);
            page.decorate(Mark::Box { x: 0.0, y: 0.0, width: left + right, height: BAND, colour: RED });
            let mark = text((left + right - width) / 2.0, BAND - 3.5, small, WHITE, line);
            page.marks.push(Drawn { mark, part: (index == 0).then_some(warning) });
        }
    }
}
