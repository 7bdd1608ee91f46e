using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>One format: how its inputs are made, what reads them, and what judges those that could be read.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Make">A mutated input.</param>
/// <param name="Read">True if the readers accept it; a refusal is false, anything else is a finding.</param>
/// <param name="Judge">The whole verifier with this input in its place; slow, so only some of the inputs that could be read get here.</param>
/// <param name="MayBeGenuine">
/// Whether a genuine verdict is no finding: true for what was not changed after all, and in formats that spell one thing in several ways.
/// </param>
internal sealed record FuzzFormat(
    string Name, Func<Chance, byte[]> Make, Func<byte[], bool> Read, Func<byte[], Verdict> Judge, Func<byte[], bool> MayBeGenuine)
{
    /// <summary>Padding, white space and line breaks say nothing.</summary>
    internal static bool SpeltInSeveralWays(byte[] input) => input is not null;

    /// <summary>Exactly these inputs and no other.</summary>
    internal static Func<byte[], bool> OneOf(IEnumerable<byte[]> originals)
    {
        HashSet<ByteString> known = [.. originals.Select(original => new ByteString(original))];
        return input => known.Contains(new ByteString(input));
    }
}
