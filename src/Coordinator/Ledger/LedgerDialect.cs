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

    internal abstract string BeginWrite { get; }

    internal abstract string BeginRead { get; }

    /// <summary>Sets the parameters $1, $2, … of a command.</summary>
    internal abstract void Bind(DbCommand command, ReadOnlySpan<object?> values);
}
