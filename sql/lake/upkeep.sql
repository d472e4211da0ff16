-- many small commits become few files, and what nobody can ask for any more goes: what was before {day_ago}
call ducklake_flush_inlined_data('lake');
call ducklake_merge_adjacent_files('lake');
call ducklake_expire_snapshots('lake', older_than => {day_ago});
call ducklake_cleanup_old_files('lake', older_than => {day_ago});
