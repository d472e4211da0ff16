-- small commits lie in the catalogue; nobody makes a lake by the way
attach 'ducklake:lake' as lake (data_inlining_row_limit {inlined}, create_if_not_exists {may_create});
