namespace Ait.Attestation;

/// <summary>What verified collateral says of itself. Only this room's verifiers make one.</summary>
public sealed class CollateralFacts
{
    internal CollateralFacts(string subject, DateTimeOffset expiresAt)
    {
        Subject = subject;
        ExpiresAt = expiresAt;
    }

    /// <summary>What it is about, in a few words.</summary>
    public string Subject { get; }

    /// <summary>After this instant it proves nothing: the earliest end of it and of what vouches for it.</summary>
    public DateTimeOffset ExpiresAt { get; }
}
