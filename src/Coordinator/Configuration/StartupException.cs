namespace Ait.Coordinator.Configuration;

/// <summary>The coordinator cannot start; each fault is one sentence with its remedy. Exit code 2.</summary>
internal sealed class StartupException : Exception
{
    public StartupException()
    {
    }

    public StartupException(string message)
        : base(message)
    {
    }

    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public StartupException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults))
    {
    }
}
