namespace Ait.Coordinator.Fetching;

/// <summary>One verified piece of collateral; made by <see cref="CollateralVerifier"/> only.</summary>
internal sealed class CollateralItem
{
    internal CollateralItem(CollateralKey key, CollateralContent content, string subject, DateTimeOffset fetchedAt, DateTimeOffset expiresAt)
    {
        Key = key;
        Content = content;
        Subject = subject;
        FetchedAt = fetchedAt;
        ExpiresAt = expiresAt;
    }

    internal CollateralKey Key { get; }

    internal CollateralContent Content { get; }

    /// <summary>What it is about, in a few words.</summary>
    internal string Subject { get; }

    internal DateTimeOffset FetchedAt { get; }

    /// <summary>After this it proves nothing.</summary>
    internal DateTimeOffset ExpiresAt { get; }
}
