//! From a list that shows a fault to a short one that still does.

/// Drops runs of items, long ones first, as long as `fails` says that the rest still fails. The list is never
/// made empty.
pub fn shorten<T: Clone>(items: &[T], fails: &mut dyn FnMut(&[T]) -> bool) -> Vec<T> {
    let mut items = items.to_vec();
    let mut size = items.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < items.len() {
            let mut shorter = items.clone();
            shorter.drain(at..(at + size).min(items.len()));
            if !shorter.is_empty() && fails(&shorter) {
                items = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(shorten(&items, &mut |some| some.contains(&17) && some.contains(&80)), [17, 80]);
        assert_eq!(shorten(&[1], &mut |_| true), [1]);
        assert_eq!(shorten(&[1, 2], &mut |_| false), [1, 2]);
    }
}
