//! How fast and how many at a time: requests begin at an even pace below the configured
//! rate. Reacting to 429 alone loses customers or convoys; pacing hardly ever meets one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// Answers after which the pace is looked at again.
const WINDOW: u32 = 20;
/// The slowest that many refusals make it: one request in two seconds.
const SLOWEST: Duration = Duration::from_secs(2);

/// Hands out turns.
#[derive(Debug)]
pub(crate) struct Pace {
    places: Semaphore,
    state: Mutex<State>,
    fastest: Duration,
}

#[derive(Debug)]
struct State {
    next: Option<Instant>,
    interval: Duration,
    answers: u32,
    refusals: u32,
}

impl Pace {
    /// At most `at_a_time` requests under way, and `per_second` begun in a second.
    #[must_use]
    pub(crate) fn new(at_a_time: usize, per_second: u32) -> Self {
        let fastest = Duration::from_secs(1) / per_second.max(1);
        Self {
            places: Semaphore::new(at_a_time.max(1)),
            state: Mutex::new(State { next: None, interval: fastest, answers: 0, refusals: 0 }),
            fastest,
        }
    }

    /// Waits for a turn; the place is given back when the permit is dropped. `None` does
    /// not happen: the semaphore is never closed.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let place = self.places.acquire().await.ok();
        sleep_until(self.slot(Instant::now())).await;
        place
    }

    fn slot(&self, now: Instant) -> Instant {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = state.next.map_or(now, |next| next.max(now));
        state.next = Some(slot + state.interval);
        slot
    }

    /// Takes note of an answer, and of whether it was 429. A tenth of refusals or more
    /// means that we are over a limit that we do not know: slower by a half; none, and
    /// the pace goes back up step by step.
    pub(crate) fn answered(&self, refused: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.answers += 1;
        state.refusals += u32::from(refused);
        if state.answers < WINDOW {
            return;
        }
        if state.refusals * 10 >= state.answers {
            state.interval = (state.interval * 3 / 2).min(SLOWEST.max(self.fastest));
        } else if state.refusals == 0 {
            state.interval = (state.interval * 9 / 10).max(self.fastest);
        }
        (state.answers, state.refusals) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_evenly_spaced_and_never_saved_up() {
        let pace = Pace::new(4, 10);
        let start = Instant::now();
        let tenth = Duration::from_millis(100);
        assert_eq!(pace.slot(start), start);
        assert_eq!(pace.slot(start), start + tenth);
        let later = start + Duration::from_secs(5);
        assert_eq!(pace.slot(later), later);
        assert_eq!(pace.slot(later), later + tenth);
    }

    #[test]
    fn refusals_slow_down_and_success_speeds_up_to_the_limit() {
        let interval = |pace: &Pace| pace.state.lock().unwrap().interval;
        let pace = Pace::new(4, 10);
        (0..WINDOW).for_each(|i| pace.answered(i % 5 == 0));
        assert_eq!(interval(&pace), Duration::from_millis(150));
        // One refusal in twenty is a fault of the day, not a limit.
        (0..WINDOW).for_each(|i| pace.answered(i == 0));
        assert_eq!(interval(&pace), Duration::from_millis(150));
        (0..WINDOW * 9).for_each(|_| pace.answered(false));
        assert_eq!(interval(&pace), Duration::from_millis(100));
        (0..WINDOW * 99).for_each(|_| pace.answered(true));
        assert_eq!(interval(&pace), SLOWEST);
    }
}
