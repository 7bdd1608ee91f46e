using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Chain;
using Ait.Protocol.Http;

namespace Ait.Protocol;

/// <summary>The references a network believes. Their root is what the governor sets; anyone can compute it from this list.</summary>
public sealed class GpuReferenceSet
{
    private readonly MerkleTree? _tree;

    /// <summary>A set of these references, in this order.</summary>
    public GpuReferenceSet(ImmutableArray<GpuReference> references)
    {
        References = references;
        Hash256[] leaves = [.. references.Select(reference => reference.Leaf())];
        _tree = leaves.Length == 0 ? null : MerkleTree.Build(leaves);
    }

    /// <summary>No references: no GPU's evidence is believed.</summary>
    public static GpuReferenceSet None { get; } = new([]);

    /// <summary>The references.</summary>
    public ImmutableArray<GpuReference> References { get; }

    /// <summary>The root of the tree; zero without references.</summary>
    public Hash256 Root => _tree?.Root ?? Hash256.Zero;

    /// <summary>The reference of a version with its proof under <see cref="Root"/>.</summary>
    public bool TryFind(GpuReferenceKind kind, string chip, string version, [NotNullWhen(true)] out GpuReference? reference, out ImmutableArray<Hash256> proof)
    {
        for (int place = 0; place < References.Length; place++)
        {
            if (References[place].IsFor(kind, chip, version))
            {
                reference = References[place];
                proof = _tree?.Proof(place) ?? [];
                return true;
            }
        }

        reference = null;
        proof = [];
        return false;
    }

    /// <summary>The set as JSON: <c>{"references":[{"kind","chip","version","values"}]}</c>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new GpuReferencesDto([.. References.Select(reference => new GpuReferenceDto(
            reference.Kind, reference.Chip, reference.Version, Hex.Encode(reference.Values.AsSpan())))]),
        ProtocolJson.Default.GpuReferencesDto);

    /// <summary>Reads what <see cref="ToJson"/> wrote; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out GpuReferenceSet? set)
    {
        set = null;
        GpuReferencesDto? read;
        try
        {
            read = JsonSerializer.Deserialize(json, ProtocolJson.Default.GpuReferencesDto);
        }
        catch (JsonException)
        {
            return false;
        }

        ImmutableArray<GpuReference>.Builder references = ImmutableArray.CreateBuilder<GpuReference>();
        foreach (GpuReferenceDto dto in read?.References ?? [])
        {
            if (!Hex.TryDecode(dto.Values, out byte[]? values)
                || !GpuReference.TryCreate(dto.Kind, dto.Chip, dto.Version, [.. values], out GpuReference? reference))
            {
                return false;
            }

            references.Add(reference);
        }

        set = read is null ? null : new GpuReferenceSet(references.ToImmutable());
        return set is not null;
    }
}
