//! Saved views in their table.

use crate::{
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        words::places,
    },
    views::{Group, View},
};

fn view(row: &Row) -> Result<View, Fault> {
    Ok(View {
        id: row.int(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        owner: row.text(3)?,
        shared: row.int(4)? != 0,
        team: row.text(5)?,
        query: row.text(6)?,
    })
}

pub async fn of_kind(
    conn: &mut Conn,
    kind: &str,
    owner: &str,
    groups: &[Group],
    shared: bool,
) -> Result<Vec<View>, Fault> {
    // A team that there is not stands for none, so that the text of the statement varies with the number of teams alone.
    let teams = if groups.is_empty() { "''".to_string() } else { places(3, groups.len()) };
    let sql = format!(
        "select id, kind, name, owner, shared, team, address from saved_view where kind = $1 and (owner = $2 or shared = $3 \
         or (team <> '' and team in ({teams}))) order by case when owner = $2 then 0 when team <> '' then 1 else 2 end, \
         position, id limit 60"
    );
    // Nothing is shared as 2, so that whoever must not see shared views finds none.
    let mut args: Vec<Sql> = vec![kind.into(), owner.into(), if shared { 1i64 } else { 2 }.into()];
    args.extend(groups.iter().map(|group| Sql::from(group.number.as_str())));
    let rows = conn.run(&sql, &args).await?;
    rows.iter().map(view).collect()
}

pub async fn save(conn: &mut Conn, view: &View) -> Result<(), Fault> {
    let sql = "insert into saved_view (id, kind, name, owner, shared, position, address, team) values ($1, $2, $3, $4, $5, 0, $6, $7) \
               on conflict (id) do update set name = excluded.name, shared = excluded.shared, team = excluded.team, \
               address = excluded.address";
    let args = [
        view.id.into(),
        view.kind.as_str().into(),
        view.name.as_str().into(),
        view.owner.as_str().into(),
        i64::from(view.shared).into(),
        view.query.as_str().into(),
        view.team.as_str().into(),
    ];
    conn.execute(sql, &args).await?;
    Ok(())
}

pub async fn rename(conn: &mut Conn, id: i64, owner: &str, name: &str) -> Result<bool, Fault> {
    let sql = "update saved_view set name = $1 where id = $2 and owner = $3";
    Ok(conn.execute(sql, &[name.into(), id.into(), owner.into()]).await? == 1)
}

pub async fn forget(conn: &mut Conn, id: i64, owner: &str) -> Result<bool, Fault> {
    Ok(conn.execute("delete from saved_view where id = $1 and owner = $2", &[id.into(), owner.into()]).await? == 1)
}
