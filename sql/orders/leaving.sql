-- takes the orders that were computed anew out of what is kept
delete from order_facts
where object_key in (select object_key(object_type, object_id) from touched_orders)
  and (object_type, object_id) in (from touched_orders)
