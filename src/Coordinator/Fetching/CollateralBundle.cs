using System.Collections.Immutable;
using System.Text;
using Ait.Attestation;

namespace Ait.Coordinator.Fetching;

/// <summary>
/// Collateral in one file for machines that cannot reach the vendors: a line that says what it is, then one record a line.
/// A bundle is taken whole, when every piece of it verifies, or not at all.
/// </summary>
internal static class CollateralBundle
{
    internal const int MaxFile = 64 * 1024 * 1024;
    private const string Title = """{"bundle":"ait-collateral","version":1}""";

    internal static byte[] Write(IEnumerable<CollateralItem> items)
    {
        using var stream = new MemoryStream();
        stream.Write(Encoding.ASCII.GetBytes(Title + "\n"));
        foreach (CollateralItem item in items)
        {
            stream.Write(CollateralRecord.Of(item).Encode());
            stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }

    /// <summary>Every piece verified at this instant; or everything that is wrong with the bundle, and nothing else.</summary>
    internal static (ImmutableArray<CollateralItem> Items, ImmutableArray<string> Faults) Read(ReadOnlyMemory<byte> file, CollateralVerifier verifier, DateTimeOffset at)
    {
        ImmutableArray<CollateralItem>.Builder items = ImmutableArray.CreateBuilder<CollateralItem>();
        List<string> faults = [];
        List<ReadOnlyMemory<byte>> lines = Split(file);
        if (file.Length > MaxFile || lines.Count == 0 || !lines[0].Span.SequenceEqual(Encoding.ASCII.GetBytes(Title)))
        {
            return ([], [$"it is no bundle: expected at most {MaxFile} bytes that begin with {Title}."]);
        }

        if (lines.Count - 1 > CollateralStore.MaxItems)
        {
            return ([], [$"it has {lines.Count - 1} pieces; expected at most {CollateralStore.MaxItems}."]);
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int number = 1; number < lines.Count; number++)
        {
            if (!CollateralRecord.TryDecode(lines[number], out CollateralRecord? record) || !CollateralKey.TryParse(record.Key, out CollateralKey? key))
            {
                faults.Add($"line {number + 1} is no whole record.");
            }
            else if (!seen.Add(key.Text))
            {
                faults.Add($"{key.Text} occurs twice.");
            }
            else if (!verifier.TryVerify(key, new CollateralContent(record.Body, record.Companion), record.FetchedAt, at, nonce: null, out CollateralItem? item, out RefusalReason? refusal))
            {
                faults.Add($"{key.Text} is refused: {refusal}.");
            }
            else
            {
                items.Add(item);
            }
        }

        return faults.Count == 0 ? (items.ToImmutable(), []) : ([], [.. faults]);
    }

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> file)
    {
        List<ReadOnlyMemory<byte>> lines = [];
        while (!file.IsEmpty && lines.Count <= CollateralStore.MaxItems + 1)
        {
            int end = file.Span.IndexOf((byte)'\n');
            lines.Add(end < 0 ? file : file[..end]);
            file = end < 0 ? default : file[(end + 1)..];
        }

        return lines;
    }
}
