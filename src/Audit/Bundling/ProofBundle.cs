using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Chain;

namespace Ait.Audit.Bundling;

/// <summary>One answer's proof in one file: workload, task, commitment, seed, devices, settlement. Bytes are hexadecimal.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="MiningRegistry">The contract that minted.</param>
/// <param name="DeviceRegistry">The contract that registered the devices.</param>
/// <param name="Token">The AIToken.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Workload">Canonical bytes of the workload; null where they are not public.</param>
/// <param name="SeedHeader">Header of the block whose hash seeded the draw.</param>
/// <param name="Commitment">The transaction that committed the batch.</param>
/// <param name="Pin">The transaction that pinned the seed.</param>
/// <param name="Settlement">The transaction that settled the task and minted.</param>
/// <param name="Devices">The devices of every slot that the draw met, seated or passed over.</param>
internal sealed record ProofBundle(
    string Format,
    ulong ChainId,
    Address MiningRegistry,
    Address DeviceRegistry,
    Address Token,
    Hash256 TaskId,
    string? Workload,
    string SeedHeader,
    ProvenTransaction Commitment,
    ProvenTransaction Pin,
    ProvenTransaction Settlement,
    IReadOnlyList<BundledDevice> Devices)
{
    internal const string CurrentFormat = "ait-bundle/1";

    /// <summary>Bytes of a bundle's JSON at most.</summary>
    internal const int MaxLength = 16 * 1024 * 1024;

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Default.ProofBundle);

    internal static bool TryParse(ReadOnlySpan<byte> json, [NotNullWhen(true)] out ProofBundle? bundle, [NotNullWhen(false)] out string? fault)
    {
        bundle = null;
        if (json.Length > MaxLength)
        {
            fault = $"expected at most {MaxLength} bytes, found {json.Length}";
            return false;
        }

        try
        {
            bundle = JsonSerializer.Deserialize(json, BundleJson.Default.ProofBundle);
        }
        catch (JsonException wrong)
        {
            fault = wrong.Message;
            return false;
        }

        fault = bundle is null ? "expected an object"
            : bundle.Format != CurrentFormat ? $"expected format {CurrentFormat}, found '{bundle.Format}'"
            : bundle.Devices.Any(device => device is null || device.Transactions.Any(transaction => transaction is null)) ? "expected devices with their transactions, found null"
            : null;
        return fault is null && bundle is not null;
    }

    /// <summary>Reads a list of bytes.</summary>
    internal static bool TryDecode(IReadOnlyList<string> texts, out ImmutableArray<ReadOnlyMemory<byte>> bytes)
    {
        var read = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(texts.Count);
        foreach (string text in texts)
        {
            if (!Hex.TryDecode(text, out byte[]? one))
            {
                bytes = [];
                return false;
            }

            read.Add(one);
        }

        bytes = read.MoveToImmutable();
        return true;
    }
}

/// <summary>A device that the draw met.</summary>
/// <param name="Slot">Its roster slot.</param>
/// <param name="Transactions">Its registration, then its refreshes up to the settlement, in order.</param>
/// <param name="ChallengeHeader">Header of the block over whose hash the last piece of evidence was made.</param>
/// <param name="HostCertificates">DER of the processor's certificates, leaf first, of the last piece of evidence; empty where they are in the quote or not at hand.</param>
/// <param name="GpuCertificates">DER of the GPU's certificates, leaf first.</param>
/// <param name="Collateral">What Intel had published, for quotes.</param>
internal sealed record BundledDevice(
    uint Slot, IReadOnlyList<ProvenTransaction> Transactions, string ChallengeHeader, IReadOnlyList<string> HostCertificates, IReadOnlyList<string> GpuCertificates, string? Collateral);

/// <summary>Reads and writes bundles; what is not of the format is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ProofBundle))]
internal sealed partial class BundleJson : JsonSerializerContext;
