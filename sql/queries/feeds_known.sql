-- one row per system: up to when its feed is known at `site` (null: anywhere)
select a.system, coalesce(m.watermark_ns, a.watermark_ns) as known_until_ns
from system_watermarks a
left join watermarks m on m.system = a.system and m.site = coalesce($site, '')
where list_contains($systems::varchar[], a.system)
