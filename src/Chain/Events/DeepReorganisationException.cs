namespace Ait.Chain.Events;

/// <summary>No block the cursor remembers is on the chain any more: what was read from it has to be read anew.</summary>
public sealed class DeepReorganisationException : Exception
{
    /// <summary>A reorganisation below everything remembered.</summary>
    public DeepReorganisationException()
    {
    }

    /// <summary>A reorganisation below everything remembered.</summary>
    public DeepReorganisationException(string message)
        : base(message)
    {
    }

    /// <summary>A reorganisation below everything remembered.</summary>
    public DeepReorganisationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
