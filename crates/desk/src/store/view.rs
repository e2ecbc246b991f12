//! Saved views in their table.

use crate::{
    store::{
        db::{Conn, Row},
        fault::Fault,
    },
    views::View,
};

fn view(row: &Row) -> Result<View, Fault> {
    Ok(View {
        id: row.int(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        owner: row.text(3)?,
        shared: row.int(4)? != 0,
        query: row.text(5)?,
        count: None,
    })
}

pub async fn of_kind(conn: &mut Conn, kind: &str, owner: &str, shared: bool) -> Result<Vec<View>, Fault> {
    let sql = "select id, kind, name, owner, shared, address from saved_view where kind = $1 and (owner = $2 or shared = $3) \
               order by case when owner = $2 then 0 else 1 end, position, id limit 60";
    // Nothing is shared as 2, so that whoever must not see shared views finds none.
    let rows = conn.run(sql, &[kind.into(), owner.into(), if shared { 1i64 } else { 2 }.into()]).await?;
    rows.iter().map(view).collect()
}

pub async fn save(conn: &mut Conn, view: &View) -> Result<(), Fault> {
    let sql = "insert into saved_view (id, kind, name, owner, shared, position, address) values ($1, $2, $3, $4, $5, 0, $6) \
               on conflict (id) do update set name = excluded.name, shared = excluded.shared, address = excluded.address";
    let args = [
        view.id.into(),
        view.kind.as_str().into(),
        view.name.as_str().into(),
        view.owner.as_str().into(),
        i64::from(view.shared).into(),
        view.query.as_str().into(),
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
