using System.Collections.Immutable;
using System.Globalization;
using Ait.Attestation;

namespace Ait.Coordinator.Fetching;

/// <summary>What is on disk, judged as of an instant: what holds, until when, and what does not.</summary>
internal sealed class CollateralShelf
{
    /// <summary>Less than this is left: time to renew.</summary>
    internal static readonly TimeSpan WarningTime = TimeSpan.FromDays(7);

    private CollateralShelf(ImmutableArray<CollateralItem> items, ImmutableArray<(CollateralKey Key, RefusalReason Refusal)> refused, DateTimeOffset at)
    {
        Items = items;
        Refused = refused;
        At = at;
    }

    /// <summary>Those that hold, by key.</summary>
    internal ImmutableArray<CollateralItem> Items { get; }

    /// <summary>Those that do not: expired, or never verified under these roots.</summary>
    internal ImmutableArray<(CollateralKey Key, RefusalReason Refusal)> Refused { get; }

    private DateTimeOffset At { get; }

    /// <summary>A sentence with a date for each piece that ends soon or has ended.</summary>
    internal IEnumerable<string> Warnings()
    {
        foreach (CollateralItem item in Items.Where(item => item.ExpiresAt - At < WarningTime).OrderBy(item => item.ExpiresAt))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{item.Key.Text} ends on {item.ExpiresAt:yyyy-MM-dd HH:mm} UTC, in {(item.ExpiresAt - At).TotalDays:0.0} days; renew it before.");
        }

        foreach ((CollateralKey key, RefusalReason refusal) in Refused)
        {
            yield return $"{key.Text} proves nothing now: {refusal}.";
        }
    }

    internal static CollateralShelf Read(CollateralStore store, CollateralVerifier verifier, DateTimeOffset at)
    {
        ImmutableArray<CollateralItem>.Builder items = ImmutableArray.CreateBuilder<CollateralItem>();
        var refused = ImmutableArray.CreateBuilder<(CollateralKey, RefusalReason)>();
        foreach (CollateralKey key in store.Keys())
        {
            if (store.Find(key) is not { } found)
            {
                continue;
            }

            if (verifier.TryVerify(key, found.Content, found.FetchedAt, at, nonce: null, out CollateralItem? item, out RefusalReason? refusal))
            {
                items.Add(item);
            }
            else
            {
                refused.Add((key, refusal));
            }
        }

        return new CollateralShelf(items.ToImmutable(), refused.ToImmutable(), at);
    }
}
