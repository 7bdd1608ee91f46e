using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ait.Attestation.SevSnp;

namespace Ait.Coordinator.Fetching;

/// <summary>The vendors' interfaces: which address has a piece, and what in the answer is the piece.</summary>
internal sealed class VendorSource : IDisposable
{
    private readonly VendorOptions _options;
    private readonly VendorTransport _transport;
    private readonly PacedGate _amd;
    private readonly PacedGate _intel;
    private readonly PacedGate _nvidia;

    internal VendorSource(VendorOptions options, TimeProvider clock)
    {
        _options = options;
        _transport = new VendorTransport(options.Proxy, clock);
        _amd = new PacedGate(options.KdsInterval, clock);
        _intel = new PacedGate(TimeSpan.Zero, clock);
        _nvidia = new PacedGate(TimeSpan.Zero, clock);
    }

    internal bool Offline => _options.Offline;

    /// <summary>The piece's content, or why there is none. <paramref name="request"/> is an OCSP request; empty for every other kind.</summary>
    internal async Task<(CollateralContent? Content, CollateralOutcome.Missing? Missing)> FetchAsync(
        CollateralKey key, ReadOnlyMemory<byte> companion, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        (Uri address, PacedGate gate) = Locate(key);
        int most = key.Kind == CollateralKind.AmdVcek ? _options.KdsQueue : int.MaxValue;
        VendorReply reply = await _transport.SendAsync(() => Request(key, address, request), gate, most, cancellation);
        return reply switch
        {
            VendorReply.Answered answered => Read(key, answered, companion),
            VendorReply.Absent absent => (null, new CollateralOutcome.Missing(
                CollateralFailure.Absent, $"{absent.Address} has no {key.Text}.", "Check that the hardware is of this vendor and that its levels are ones the vendor published.")),
            VendorReply.Busy => (null, new CollateralOutcome.Missing(
                CollateralFailure.Busy, $"{_options.KdsQueue} others wait for {address.Host}, which answers one in {_options.KdsInterval.TotalSeconds:0} s.", "Bring the VCEK with the evidence, which the host can hand to its guests; or try again in some minutes.")),
            VendorReply.Failed failed => (null, new CollateralOutcome.Missing(
                CollateralFailure.Unreachable, $"{failed.Problem}.", "Check the network, --proxy and the service's address; or import a bundle with: ait collateral import FILE.")),
            _ => throw new InvalidOperationException("A reply of no kind."),
        };
    }

    public void Dispose()
    {
        _transport.Dispose();
        _amd.Dispose();
        _intel.Dispose();
        _nvidia.Dispose();
    }

    /// <summary>AMD document 57230 §4, Intel PCS API v4, NVIDIA RIM service v1, RFC 6960 appendix A.</summary>
    private (Uri Address, PacedGate Gate) Locate(CollateralKey key) => key.Kind switch
    {
        CollateralKind.AmdChain => (Below(_options.Kds, $"vcek/v1/{key.Product}/cert_chain"), _amd),
        CollateralKind.AmdRevocation => (Below(_options.Kds, $"vcek/v1/{key.Product}/crl"), _amd),
        CollateralKind.AmdVcek => (Below(_options.Kds, $"vcek/v1/{key.Product}/{key.HardwareId}?{Levels(key.Tcb)}"), _amd),
        CollateralKind.IntelTcbInfo => (Below(_options.Pcs, $"{Tee(key)}/certification/v4/tcb?fmspc={key.Fmspc}"), _intel),
        CollateralKind.IntelQeIdentity => (Below(_options.Pcs, $"{Tee(key)}/certification/v4/qe/identity"), _intel),
        CollateralKind.IntelPckRevocation => (Below(_options.Pcs, $"sgx/certification/v4/pckcrl?ca={(key.ByPlatformAuthority ? "platform" : "processor")}&encoding=der"), _intel),
        CollateralKind.IntelRootRevocation => (_options.IntelRootList, _intel),
        CollateralKind.NvidiaManifest => (Below(_options.Rim, $"v1/rim/{key.ManifestId}"), _nvidia),
        _ => (_options.Ocsp, _nvidia),
    };

    private static HttpRequestMessage Request(CollateralKey key, Uri address, ReadOnlyMemory<byte> request)
    {
        if (key.Kind != CollateralKind.NvidiaOcsp)
        {
            return new HttpRequestMessage(HttpMethod.Get, address);
        }

        var content = new ReadOnlyMemoryContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }

    private static (CollateralContent? Content, CollateralOutcome.Missing? Missing) Read(CollateralKey key, VendorReply.Answered answer, ReadOnlyMemory<byte> companion)
    {
        string? header = key.Kind switch
        {
            CollateralKind.IntelTcbInfo => "TCB-Info-Issuer-Chain",
            CollateralKind.IntelQeIdentity => "SGX-Enclave-Identity-Issuer-Chain",
            CollateralKind.IntelPckRevocation => "SGX-PCK-CRL-Issuer-Chain",
            _ => null,
        };
        if (header is not null)
        {
            return answer.Headers.TryGetValue(header, out string? chain) && chain.Length <= CollateralContent.MaxCompanion
                ? (new CollateralContent(answer.Body, Encoding.UTF8.GetBytes(Uri.UnescapeDataString(chain))), null)
                : (null, Malformed(key, $"a header {header}"));
        }

        if (key.Kind != CollateralKind.NvidiaManifest)
        {
            return (new CollateralContent(answer.Body, companion), null);
        }

        return TryReadManifest(answer.Body, key.ManifestId) is { } manifest
            ? (new CollateralContent(manifest, ReadOnlyMemory<byte>.Empty), null)
            : (null, Malformed(key, $"an object with id {key.ManifestId} and the manifest in base64"));
    }

    private static byte[]? TryReadManifest(byte[] body, string id)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return document.RootElement.GetProperty("id").GetString() == id ? document.RootElement.GetProperty("rim").GetBytesFromBase64() : null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static CollateralOutcome.Missing Malformed(CollateralKey key, string expected) => new(
        CollateralFailure.AnswerMalformed, $"The answer about {key.Text} lacks {expected}.", "Check that the service's address is the vendor's, or of a cache that answers as it does.");

    private static string Levels(TcbVersion tcb) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(tcb.Product == SnpProduct.Turin ? $"fmcSPL={tcb.Fmc}&" : string.Empty)}blSPL={tcb.BootLoader}&teeSPL={tcb.Tee}&snpSPL={tcb.Snp}&ucodeSPL={tcb.Microcode}");

    private static string Tee(CollateralKey key) => key.Tee == Ait.Attestation.Dcap.DcapTee.Tdx ? "tdx" : "sgx";

    /// <summary>A service may live below a path of its own, as caches do.</summary>
    private static Uri Below(Uri service, string rest) => new($"{service.AbsoluteUri.TrimEnd('/')}/{rest}");
}
