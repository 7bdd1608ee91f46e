using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Fetching;
using Ait.Protocol.Http;
using Refusal = Ait.Coordinator.Admitting.Refusal;

namespace Ait.Coordinator.Enrolling;

/// <summary>
/// Puts to a claim what its vendors publish: this coordinator's own collateral, so that no miner chooses what it is judged by. Every byte
/// is verified again with the evidence.
/// </summary>
internal sealed class CollateralGatherer
{
    private readonly CollateralClient _client;
    private readonly CoordinatorOptions _options;

    public CollateralGatherer(CollateralClient client, CoordinatorOptions options)
    {
        _client = client;
        _options = options;
    }

    /// <summary>The evidence with everything it is judged by; or what cannot be had.</summary>
    internal async Task<(DeviceEvidence? Evidence, Refusal? Refusal)> GatherAsync(EnrolmentClaim claim, CancellationToken cancellation)
    {
        (HostEvidence? host, Refusal? refusal) = claim.Platform == EnrolmentClaim.SevSnp
            ? await GatherAmdAsync(claim, cancellation)
            : await GatherIntelAsync(claim, cancellation);
        if (host is null)
        {
            return (null, refusal);
        }

        ImmutableArray<NvidiaEvidence>.Builder gpus = ImmutableArray.CreateBuilder<NvidiaEvidence>();
        foreach (NvidiaEvidence gpu in claim.Gpus)
        {
            (NvidiaEvidence? whole, refusal) = await GatherGpuAsync(gpu, cancellation);
            if (whole is null)
            {
                return (null, refusal);
            }

            gpus.Add(whole);
        }

        return (new DeviceEvidence { Host = host, Gpus = gpus.ToImmutable() }, null);
    }

    /// <summary>The issuers' word about a GPU's certificates, after its path was verified; null if all is well.</summary>
    internal async Task<Refusal?> AskIssuersAsync(NvidiaEvidence gpu, CancellationToken cancellation)
    {
        foreach (int index in GpuRevocation.Covered)
        {
            // Revoked or forged answers are refused as such; one that cannot be had counts only where it is demanded.
            if (await _client.GetAnswerAsync(gpu.Certificates, index, cancellation) is CollateralOutcome.Missing missing
                && (_options.DemandsRevocation || missing.Failure == CollateralFailure.Refused))
            {
                return Refuse(missing);
            }
        }

        return null;
    }

    private async Task<(HostEvidence? Host, Refusal? Refusal)> GatherAmdAsync(EnrolmentClaim claim, CancellationToken cancellation)
    {
        if (!SnpReport.TryParse(claim.Report, out SnpReport? report, out RefusalReason? reason))
        {
            return (null, Refuse(reason));
        }

        ImmutableArray<ReadOnlyMemory<byte>> certificates = claim.Certificates;
        SnpProduct? product = SnpCollateral.ProductOf(report, certificates.IsEmpty ? default : certificates[0]);
        if (certificates.IsEmpty)
        {
            if (product is not { } known)
            {
                return (null, new Refusal(ProblemCodes.EvidenceRefused, "The report does not name its processor, so its certificates cannot be fetched.", "a report of version 3 or newer, or its certificates", $"version {report.Version}", "Let the host provide the VCEK, or update its firmware."));
            }

            (certificates, Refusal? refusal) = await FetchAmdAsync(known, report, cancellation);
            if (refusal is not null)
            {
                return (null, refusal);
            }
        }

        ImmutableArray<ReadOnlyMemory<byte>> lists = [];
        if (product is { } named)
        {
            switch (await _client.GetAsync(CollateralKey.AmdRevocation(named), cancellation))
            {
                case CollateralOutcome.Found found:
                    lists = [found.Item.Content.Body];
                    break;
                case CollateralOutcome.Missing missing when _options.DemandsRevocation || missing.Failure == CollateralFailure.Refused:
                    return (null, Refuse(missing));
            }
        }

        return (new HostEvidence.Amd(new SnpEvidence { Report = claim.Report, Vek = certificates[0], Ask = certificates[1], Ark = certificates[2], RevocationLists = lists }), null);
    }

    private async Task<(ImmutableArray<ReadOnlyMemory<byte>> Certificates, Refusal? Refusal)> FetchAmdAsync(SnpProduct product, SnpReport report, CancellationToken cancellation)
    {
        var hardwareId = new ByteString(product == SnpProduct.Turin ? report.ChipId.Span[..8] : report.ChipId.Span);
        CollateralOutcome chain = await _client.GetAsync(CollateralKey.AmdChain(product), cancellation);
        CollateralOutcome vcek = await _client.GetAsync(CollateralKey.AmdVcek(product, hardwareId, report.ReportedTcb(product)), cancellation);
        return (chain, vcek) switch
        {
            (CollateralOutcome.Missing missing, _) => ([], Refuse(missing)),
            (_, CollateralOutcome.Missing missing) => ([], Refuse(missing)),
            (CollateralOutcome.Found above, CollateralOutcome.Found leaf) when SnpCertificates.TrySort([leaf.Item.Content.Body, above.Item.Content.Body], out SnpCertificates? sorted, out _) =>
                ([sorted.Vek, sorted.Ask, sorted.Ark], null),
            _ => throw new InvalidOperationException("Verified certificates that do not sort."),
        };
    }

    private async Task<(HostEvidence? Host, Refusal? Refusal)> GatherIntelAsync(EnrolmentClaim claim, CancellationToken cancellation)
    {
        if (!QuoteFields.TryRead(claim.Report, out QuoteFields? fields, out RefusalReason? reason))
        {
            return (null, Refuse(reason));
        }

        if ((fields.Tee == DcapTee.Tdx) != (claim.Platform == EnrolmentClaim.Tdx))
        {
            return (null, new Refusal(ProblemCodes.EvidenceRefused, "The quote is of another environment than was said.", claim.Platform, $"{fields.Tee}", "Say the platform that the quote is of."));
        }

        CollateralOutcome[] outcomes =
        [
            await _client.GetAsync(CollateralKey.IntelTcbInfo(fields.Tee, fields.Fmspc), cancellation),
            await _client.GetAsync(CollateralKey.IntelQeIdentity(fields.Tee), cancellation),
            await _client.GetAsync(CollateralKey.IntelPckRevocation(fields.ByPlatformAuthority), cancellation),
            await _client.GetAsync(CollateralKey.IntelRootRevocation, cancellation),
        ];
        if (outcomes.OfType<CollateralOutcome.Missing>().FirstOrDefault() is { } missing)
        {
            return (null, Refuse(missing));
        }

        byte[] json = IntelJson([.. outcomes.OfType<CollateralOutcome.Found>().Select(found => found.Item)]);
        return DcapCollateral.TryParse(json, out DcapCollateral? collateral, out reason)
            ? (new HostEvidence.Intel(new DcapEvidence { Quote = claim.Report, Collateral = collateral }), null)
            : (null, Refuse(reason));
    }

    /// <summary>TCB info, identity, PCK list and root list in the form verifiers store them.</summary>
    private static byte[] IntelJson(CollateralItem[] items)
    {
        SignedAnswer Signed(int index, string name) => SignedAnswer.TryRead(items[index].Content.Body, name, out SignedAnswer? answer)
            ? answer
            : throw new InvalidOperationException("A verified answer that cannot be read.");
        string Chain(int index) => Encoding.UTF8.GetString(items[index].Content.Companion.Span);
        SignedAnswer tcb = Signed(0, "tcbInfo");
        SignedAnswer identity = Signed(1, "enclaveIdentity");
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("pck_crl_issuer_chain", Chain(2));
            json.WriteString("root_ca_crl", Convert.ToHexStringLower(items[3].Content.Body.Span));
            json.WriteString("pck_crl", Convert.ToHexStringLower(items[2].Content.Body.Span));
            json.WriteString("tcb_info_issuer_chain", Chain(0));
            json.WriteString("tcb_info", tcb.Text.Span);
            json.WriteString("tcb_info_signature", Convert.ToHexStringLower(tcb.Signature.Span));
            json.WriteString("qe_identity_issuer_chain", Chain(1));
            json.WriteString("qe_identity", identity.Text.Span);
            json.WriteString("qe_identity_signature", Convert.ToHexStringLower(identity.Signature.Span));
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private async Task<(NvidiaEvidence? Gpu, Refusal? Refusal)> GatherGpuAsync(NvidiaEvidence gpu, CancellationToken cancellation)
    {
        if (!ReferenceNames.TryRead(gpu.Report, gpu.Certificates, out ReferenceNames? names, out RefusalReason? reason))
        {
            return (null, Refuse(reason));
        }

        (ReadOnlyMemory<byte> driver, Refusal? refusal) = await ManifestAsync(names.Driver, names.DriverVersion, cancellation);
        (ReadOnlyMemory<byte> vbios, Refusal? other) = await ManifestAsync(names.Vbios, names.VbiosVersion, cancellation);
        refusal ??= other;
        return refusal is not null
            ? (null, refusal)
            : (new NvidiaEvidence { Report = gpu.Report, Certificates = gpu.Certificates, DriverReference = driver, VbiosReference = vbios }, null);
    }

    private async Task<(ReadOnlyMemory<byte> Manifest, Refusal? Refusal)> ManifestAsync(string id, string version, CancellationToken cancellation)
    {
        if (!CollateralKey.IsPlain(id) || !CollateralKey.IsPlain(version))
        {
            return (default, new Refusal(ProblemCodes.EvidenceRefused, "The GPU names a version that no manifest can have.", "letters, digits, dots", id, "Collect the GPU's evidence again."));
        }

        return await _client.GetAsync(CollateralKey.NvidiaManifest(id, version), cancellation) switch
        {
            CollateralOutcome.Found found => (found.Item.Content.Body, null),
            CollateralOutcome.Missing missing => (default, Refuse(missing)),
            _ => throw new InvalidOperationException("An outcome of no kind."),
        };
    }

    internal static Refusal Refuse(RefusalReason reason) => new(
        ProblemCodes.EvidenceRefused, $"The evidence is refused: {reason.Code} ({(int)reason.Code}), {reason.What}.", reason.Expected, reason.Found, "See docs/refusals.md for this refusal.");

    private static Refusal Refuse(CollateralOutcome.Missing missing) => missing.Failure == CollateralFailure.Refused
        ? new(ProblemCodes.EvidenceRefused, missing.Problem, null, null, missing.Remedy)
        : new(ProblemCodes.Unavailable, $"The evidence cannot be judged now: {missing.Problem}", "collateral of the vendor", $"{missing.Failure}", missing.Remedy);
}
