using System.Data.Common;

namespace Ait.Coordinator.Ledger;

/// <summary>The few words in which the databases differ. All other SQL in this program is common to them.</summary>
internal abstract class LedgerDialect
{
    /// <summary>The schema's text, which is written for SQLite, in this database's words.</summary>
    internal abstract string Translate(string schema);

    /// <summary>A query for the key that the last insert of this connection was given.</summary>
    internal abstract string LastKey { get; }

    /// <summary>A query that finds something if there is a table of name $1.</summary>
    internal abstract string FindTable { get; }

    /// <summary>Lets the keys that the database gives out go on after those that were put in; null if they do by themselves.</summary>
    internal abstract string? ContinueKeys { get; }

    /// <summary>Begins a transaction that writes. What is returned ends it; null if it ends with the statements COMMIT and ROLLBACK.</summary>
    internal abstract DbTransaction? BeginWrite(DbConnection connection, WriteIsolation isolation);

    internal abstract string BeginRead { get; }

    /// <summary>A statement, written for PostgreSQL, in this database's words.</summary>
    /// <param name="sql">The statement; may lock rows (<c>FOR UPDATE OF x</c> at the end of a line) and use <c>{rows}</c>.</param>
    /// <param name="rows">What <c>{rows}</c> stands for.</param>
    /// <param name="parameters">Number of the parameters before the rows.</param>
    internal abstract string Phrase(string sql, RowSet? rows, int parameters);

    /// <summary>Sets the parameters $1, $2, … of a statement, then those of its rows.</summary>
    internal abstract void Bind(DbParameterCollection parameters, ReadOnlySpan<object?> values, RowSet? rows);
}
