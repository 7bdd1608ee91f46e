namespace Ait.Coordinator.Tests.Support;

/// <summary>The process died here.</summary>
internal sealed class KillException : Exception
{
    public KillException()
    {
    }

    public KillException(string message)
        : base(message)
    {
    }

    public KillException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
