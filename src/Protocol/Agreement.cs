using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Protocol;

/// <summary>Enough equal results from distinct seats. Only <see cref="QuorumRule"/> can make one.</summary>
public sealed class Agreement
{
    internal Agreement(Hash256 taskId, Hash256 resultHash, ImmutableArray<WorkAttestation> matching, ImmutableArray<WorkAttestation> minority)
    {
        TaskId = taskId;
        ResultHash = resultHash;
        Matching = matching;
        Minority = minority;
    }

    /// <summary>The task agreed on.</summary>
    public Hash256 TaskId { get; }

    /// <summary>The agreed result.</summary>
    public Hash256 ResultHash { get; }

    /// <summary>The attestations with that result; each is paid.</summary>
    public ImmutableArray<WorkAttestation> Matching { get; }

    /// <summary>The others; unpaid.</summary>
    public ImmutableArray<WorkAttestation> Minority { get; }
}
