//! A body that must keep arriving, whichever way it is read: whoever sends a byte a second holds a place that others need.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

/// Every body has this long, whatever its size.
const GRACE: Duration = Duration::from_secs(15);
/// Bytes a second that a longer body must bring: a tenth of a bad line.
const RATE: u64 = 4 << 10;

/// Whether a body was too slow, for whoever answers.
pub type TooSlow = Rc<Cell<bool>>;

struct PacedBody {
    inner: Payload,
    /// When somebody first asked for it: what the server did before is not the sender's time.
    begun: Option<Instant>,
    received: u64,
    /// Made when nothing is there for the first time: most bodies arrive with their head.
    timer: Option<Pin<Box<Sleep>>>,
    too_slow: TooSlow,
}

/// The same body, which ends with an error once it is too slow.
pub fn paced(inner: Payload) -> (Payload, TooSlow) {
    let too_slow = TooSlow::default();
    let body = PacedBody { inner, begun: None, received: 0, timer: None, too_slow: Rc::clone(&too_slow) };
    (Payload::Stream { payload: Box::pin(body) }, too_slow)
}

impl Stream for PacedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        match Pin::new(&mut self.inner).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                self.received += bytes.len() as u64;
                return Poll::Ready(Some(Ok(bytes)));
            }
            Poll::Ready(other) => return Poll::Ready(other),
            Poll::Pending => {}
        }
        let until = begun + GRACE + Duration::from_secs(self.received / RATE);
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        timer.as_mut().reset(until);
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.too_slow.set(true);
        Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_ends_and_one_that_goes_on_does_not() {
        let piece = |size: usize, after: u64| async move {
            tokio::time::sleep(Duration::from_secs(after)).await;
            Ok::<Bytes, PayloadError>(Bytes::from(vec![b'x'; size]))
        };
        let steady = stream::iter(0..8).then(move |_| piece(64 << 10, 10));
        let (body, late) = paced(Payload::Stream { payload: Box::pin(steady) });
        assert_eq!(body.filter(|part| std::future::ready(part.is_ok())).count().await, 8);
        assert!(!late.get());
        let trickle = stream::iter(0..1_000).then(move |_| piece(1, 1));
        let begun = Instant::now();
        let (body, late) = paced(Payload::Stream { payload: Box::pin(trickle) });
        let last = body.skip_while(|part| std::future::ready(part.is_ok())).next().await;
        assert!(last.is_some_and(|part| part.is_err()) && late.get());
        assert!(begun.elapsed() < GRACE + Duration::from_secs(2));
    }
}
