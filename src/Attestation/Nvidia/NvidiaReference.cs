using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// What a reference manifest says measurements may be, after its signature was verified up to the pinned root. Only
/// <see cref="TryVerify"/> makes one.
/// </summary>
public sealed class NvidiaReference
{
    private NvidiaReference(string chip, string version, ImmutableArray<byte> values)
    {
        Chip = chip;
        Version = version;
        Values = values;
    }

    /// <summary>The chip it is about, <c>GH100</c>.</summary>
    public string Chip { get; }

    /// <summary>The version of the driver or VBIOS it is about, as the manifest spells it.</summary>
    public string Version { get; }

    /// <summary>Per measurement in ascending order: index (1 byte), number of accepted values (1 byte), the values (48 bytes each).</summary>
    public ImmutableArray<byte> Values { get; }

    /// <summary>Verifies a manifest as of <paramref name="at"/> and reads what it accepts.</summary>
    public static bool TryVerify(
        ReadOnlyMemory<byte> manifest,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out NvidiaReference? reference,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(roots);
        reference = null;
        if (!ReferenceManifest.TryVerify(manifest, "reference manifest", roots, at, null, out ReferenceManifest? verified, out _, out refusal))
        {
            return false;
        }

        ImmutableArray<byte>.Builder values = ImmutableArray.CreateBuilder<byte>();
        foreach (int index in verified.Golden.Keys.Order())
        {
            // An index is at most 253 and has at most 64 values: both fit their byte.
            values.Add((byte)index);
            values.Add((byte)verified.Golden[index].Length);
            foreach (ByteString value in verified.Golden[index])
            {
                values.AddRange(value.Span);
            }
        }

        reference = new NvidiaReference(verified.Product, verified.Version, values.ToImmutable());
        return true;
    }
}
