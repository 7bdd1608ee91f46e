using System.Collections.Immutable;
using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>One format: how its inputs are made, what reads them, and what judges those that could be read.</summary>
internal sealed record FuzzFormat
{
    /// <summary>As the command line names it.</summary>
    internal required string Name { get; init; }

    /// <summary>A mutated input.</summary>
    internal required Func<Chance, byte[]> Make { get; init; }

    /// <summary>True if the readers accept it; a refusal is false, anything else is a finding.</summary>
    internal required Func<byte[], bool> Read { get; init; }

    /// <summary>The whole verifier with this input in its place; slow, so only some of the inputs get here.</summary>
    internal required Func<byte[], CertificateCache?, Verdict> Judge { get; init; }

    /// <summary>
    /// Unchanged inputs. A changed one may be accepted only where it says what one of these says; empty where what is accepted may say
    /// anything.
    /// </summary>
    internal required ImmutableArray<byte[]> Sound { get; init; }

    /// <summary>False where bytes may differ that say nothing: padding, white space, the case of hex.</summary>
    internal required bool IsExact { get; init; }
}
