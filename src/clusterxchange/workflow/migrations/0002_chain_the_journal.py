"""The journal keeps itself: the database numbers and chains each entry and refuses every change."""

from django.db import migrations

CHAIN = r"""
create function journal_chain() returns trigger language plpgsql as $$
declare last record;
begin
  perform pg_advisory_xact_lock(7001);
  select n, hash into last from workflow_entry order by n desc limit 1;
  new.n := coalesce(last.n, 0) + 1;
  new.previous := coalesce(last.hash, repeat('0', 64));
  new.hash := encode(sha256(convert_to(concat_ws('|',
    new.previous, new.n, to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), new.actor, new.capacity, new.kind,
    new.subject, new."case", new.action, new.before, new.after, new.payload_digest), 'UTF8')), 'hex');
  return new;
end $$;
create trigger journal_chain before insert on workflow_entry for each row execute function journal_chain();

create function journal_is_for_ever() returns trigger language plpgsql as $$
begin
  if tg_op = 'TRUNCATE' and current_setting('clusterxchange.is_test_database', true) = 'yes' then
    return null;
  end if;
  raise exception 'the journal is append-only (% refused)', tg_op using errcode = 'restrict_violation';
end $$;
create trigger journal_rows before update or delete on workflow_entry for each row execute function journal_is_for_ever();
create trigger journal_whole before truncate on workflow_entry for each statement execute function journal_is_for_ever();
"""

UNCHAIN = """
drop trigger journal_whole on workflow_entry;
drop trigger journal_rows on workflow_entry;
drop trigger journal_chain on workflow_entry;
drop function journal_is_for_ever();
drop function journal_chain();
"""


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = (("workflow", "0001_initial"),)
    operations = (migrations.RunSQL(CHAIN, UNCHAIN),)
