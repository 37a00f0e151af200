use std::fs;

use super::*;

async fn written(directory: &Path, entries: &[&str]) {
    let (journal, _) = Journal::open::<String>(directory).unwrap();
    for entry in entries {
        let ticket = journal.append(entry).unwrap();
        journal.durable(ticket).await.unwrap();
    }
    journal.close().await;
}

/// What is in it, and nothing is left open.
async fn read(directory: &Path) -> Result<Vec<String>, JournalError> {
    let (journal, entries) = Journal::open(directory)?;
    journal.close().await;
    Ok(entries)
}

#[tokio::test]
async fn what_was_added_is_there_again_in_its_order() {
    let directory = tempfile::tempdir().unwrap();
    written(directory.path(), &["one", "two"]).await;
    written(directory.path(), &["three"]).await;
    assert_eq!(read(directory.path()).await.unwrap(), ["one", "two", "three"]);
}

#[tokio::test]
async fn a_line_cut_at_any_byte_is_cut_off_whole_and_what_is_added_then_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE);
    written(directory.path(), &["one"]).await;
    let whole = fs::read(&path).unwrap();
    written(directory.path(), &["two"]).await;
    let both = fs::read(&path).unwrap();
    for torn in whole.len() + 1..both.len() {
        fs::write(&path, &both[..torn]).unwrap();
        assert_eq!(read(directory.path()).await.unwrap(), ["one"], "{torn} bytes");
        assert_eq!(fs::read(&path).unwrap(), whole, "{torn} bytes");
        written(directory.path(), &["three"]).await;
        assert_eq!(read(directory.path()).await.unwrap(), ["one", "three"], "{torn} bytes");
    }
}

#[tokio::test]
async fn a_damaged_line_before_the_last_stops_the_start_and_nothing_is_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE);
    written(directory.path(), &["one", "two"]).await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(read(directory.path()).await, Err(JournalError::Damaged { line: 1, .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_journal_that_is_in_use_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open::<String>(directory.path()).unwrap();
    assert!(matches!(Journal::open::<String>(directory.path()), Err(JournalError::InUse { .. })));
    journal.close().await;
}

#[tokio::test]
async fn many_callers_share_the_disk_and_none_is_told_too_early() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open::<String>(directory.path()).unwrap();
    let path = directory.path().join(FILE);
    let callers = (0..100).map(|caller| {
        let (journal, path) = (Arc::clone(&journal), path.clone());
        async move {
            let entry = format!("caller {caller}.");
            journal.durable(journal.append(&entry).unwrap()).await.unwrap();
            assert!(fs::read_to_string(path).unwrap().contains(&entry));
        }
    });
    futures_util::future::join_all(callers).await;
    journal.close().await;
    assert_eq!(read(directory.path()).await.unwrap().len(), 100);
}
