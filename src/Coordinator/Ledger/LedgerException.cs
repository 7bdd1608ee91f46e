namespace Ait.Coordinator.Ledger;

/// <summary>The ledger cannot be opened, read or written; the message is one sentence that names the file and the remedy.</summary>
internal sealed class LedgerException : Exception
{
    public LedgerException()
    {
    }

    public LedgerException(string message)
        : base(message)
    {
    }

    public LedgerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
