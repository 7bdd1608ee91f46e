using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Globalization;
using System.Text;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ait.Coordinator.Tests.Fetching;

/// <summary>The whole client against a loopback server that answers in the vendors' formats.</summary>
public sealed class CollateralClientTests : IClassFixture<EmulatedVendors>, IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = EmulatedVendors.Now;
    private static readonly CollateralKey s_chain = CollateralKey.AmdChain(SnpProduct.Genoa);
    private static readonly CollateralKey s_list = CollateralKey.AmdRevocation(SnpProduct.Genoa);
    private static readonly CollateralKey s_tcb = CollateralKey.IntelTcbInfo(DcapTee.Tdx, ByteString.FromHex("90c06f000000"));
    private readonly EmulatedVendors _vendors;
    private readonly TemporaryFolder _folder = new();
    private readonly SkippingClock _clock = new(s_now);
    private readonly List<CollateralClient> _clients = [];
    private VendorServer _server = null!; // InitializeAsync starts it

    public CollateralClientTests(EmulatedVendors vendors) => _vendors = vendors;

    public async ValueTask InitializeAsync() => _server = await VendorServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private VendorOptions Options => VendorOptions.Default with
    {
        Kds = _server.Address,
        Pcs = _server.Address,
        IntelRootList = new Uri(_server.Address, "IntelSGXRootCA.der"),
        Rim = _server.Address,
        Ocsp = new Uri(_server.Address, "ocsp"),
    };

    private CollateralStore Store => new(_folder.Path);

    private CollateralVerifier Verifier => new(_vendors.Roots);

    private CollateralClient Client(VendorOptions? options = null, TrustRoots? roots = null)
    {
        var client = new CollateralClient(Store, roots is null ? Verifier : new CollateralVerifier(roots), new VendorSource(options ?? Options, _clock), _clock, NullLogger.Instance);
        _clients.Add(client);
        return client;
    }

    private string[] Asked => [.. _server.Asked];

    private static async Task<CollateralItem> FoundAsync(Task<CollateralOutcome> asking) => await asking switch
    {
        CollateralOutcome.Found found => found.Item,
        CollateralOutcome.Missing missing => throw new InvalidOperationException($"{missing.Failure}: {missing.Problem}"),
        _ => throw new InvalidOperationException("no outcome"),
    };

    private static async Task<CollateralOutcome.Missing> MissingAsync(Task<CollateralOutcome> asking, CollateralFailure failure)
    {
        CollateralOutcome.Missing missing = Assert.IsType<CollateralOutcome.Missing>(await asking);
        Assert.True(missing.Failure == failure, $"{missing.Failure}: {missing.Problem}");
        Assert.NotEmpty(missing.Remedy);
        return missing;
    }

    private void ServeAmd(DateTimeOffset? listUntil = null)
    {
        _server.Put("/vcek/v1/Genoa/cert_chain", _vendors.Chain);
        _server.Put("/vcek/v1/Genoa/crl", _vendors.AmdList(s_now.AddDays(-1), listUntil ?? s_now.AddDays(300)));
    }

    private void ServeIntel(DateTimeOffset? issued = null, DateTimeOffset? next = null)
    {
        foreach (string tee in (string[])["SGX", "TDX"])
        {
            foreach ((string path, (byte[] body, string? header, string? chain)) in _vendors.Pcs(issued ?? s_now.AddDays(-1), next ?? s_now.AddDays(29), tee))
            {
                _server.Put(path, body, header is null ? [] : [(header, chain!)]);
            }
        }
    }

    [Fact]
    public async Task Get_fetchesAmdsChainAndListOnceAndKeepsThem()
    {
        ServeAmd();

        CollateralItem list = await FoundAsync(Client().GetAsync(s_list, Cancellation));
        await FoundAsync(Client().GetAsync(s_list, Cancellation));

        Assert.Equal(["GET /vcek/v1/Genoa/cert_chain", "GET /vcek/v1/Genoa/crl"], Asked);
        Assert.Equal(s_now.AddDays(300), list.ExpiresAt);
        Assert.Equal(["amd/chain/Genoa", "amd/crl/Genoa"], Store.Keys().Select(key => key.Text));
    }

    [Fact]
    public async Task Get_asksForTheVcekOfTheChipAtItsLevel()
    {
        ServeAmd();
        TcbVersion tcb = _vendors.Tcb;
        string path = string.Create(CultureInfo.InvariantCulture, $"/vcek/v1/Genoa/{_vendors.HardwareId}?blSPL={tcb.BootLoader}&teeSPL={tcb.Tee}&snpSPL={tcb.Snp}&ucodeSPL={tcb.Microcode}");
        _server.Put(path, _vendors.Vcek);

        CollateralItem item = await FoundAsync(Client().GetAsync(CollateralKey.AmdVcek(SnpProduct.Genoa, _vendors.HardwareId, tcb), Cancellation));

        Assert.Equal(_vendors.Vcek, item.Content.Body.ToArray());
        Assert.Equal($"GET {path}", Asked[^1]);
    }

    [Fact]
    public async Task Get_namesEveryLevelOfATurin()
    {
        var tcb = new TcbVersion(SnpProduct.Turin, 0x5100_0000_0401_0101);
        await MissingAsync(Client().GetAsync(CollateralKey.AmdChain(SnpProduct.Turin), Cancellation), CollateralFailure.Absent);
        _server.Put("/vcek/v1/Turin/cert_chain", _vendors.Chain);
        await MissingAsync(Client().GetAsync(CollateralKey.AmdVcek(SnpProduct.Turin, new ByteString(new byte[8]), tcb), Cancellation), CollateralFailure.Refused);

        // The chain is refused before the VCEK is asked for; the address is the source's alone.
        using var source = new VendorSource(Options, _clock);
        await source.FetchAsync(CollateralKey.AmdVcek(SnpProduct.Turin, new ByteString(new byte[8]), tcb), default, default, Cancellation);
        Assert.Equal("GET /vcek/v1/Turin/0000000000000000?fmcSPL=1&blSPL=1&teeSPL=1&snpSPL=4&ucodeSPL=81", Asked[^1]);
    }

    [Fact]
    public async Task Get_waitsTenSecondsBetweenRequestsToTheKds()
    {
        ServeAmd();

        await FoundAsync(Client().GetAsync(s_list, Cancellation));

        Assert.Equal([TimeSpan.FromSeconds(10)], _clock.Waits);
    }

    [Fact]
    public async Task Get_turnsAwayWhoeverWouldWaitTooLongForAVcekButFetchesTheLists()
    {
        ServeAmd();
        CollateralClient client = Client(Options with { KdsQueue = 0 });

        CollateralOutcome.Missing missing = await MissingAsync(client.GetAsync(CollateralKey.AmdVcek(SnpProduct.Genoa, _vendors.HardwareId, _vendors.Tcb), Cancellation), CollateralFailure.Busy);
        await FoundAsync(client.GetAsync(s_list, Cancellation));

        Assert.Contains("VCEK", missing.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(Asked, asked => asked.Contains($"{_vendors.HardwareId}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_fetchesIntelsSignedAnswersWithTheirIssuers()
    {
        ServeIntel();
        CollateralClient client = Client();

        CollateralItem tcb = await FoundAsync(client.GetAsync(s_tcb, Cancellation));
        await FoundAsync(client.GetAsync(CollateralKey.IntelQeIdentity(DcapTee.Tdx), Cancellation));
        await FoundAsync(client.GetAsync(CollateralKey.IntelPckRevocation(platform: true), Cancellation));
        await FoundAsync(client.GetAsync(CollateralKey.IntelRootRevocation, Cancellation));

        Assert.Equal(s_now.AddDays(29), tcb.ExpiresAt);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", Encoding.ASCII.GetString(tcb.Content.Companion.Span), StringComparison.Ordinal);
        Assert.Contains("GET /IntelSGXRootCA.der", Asked);
    }

    [Fact]
    public async Task Get_fetchesAManifestOutOfItsEnvelope()
    {
        string id = "NV_GPU_DRIVER_GH100_550.90.07";
        _server.Put($"/v1/rim/{id}", Encoding.ASCII.GetBytes($$"""{"id":"{{id}}","rim":"{{Convert.ToBase64String(_vendors.DriverManifest)}}","rim_format":"TCG"}"""));

        CollateralItem item = await FoundAsync(Client().GetAsync(CollateralKey.NvidiaManifest(id, "550.90.07"), Cancellation));

        Assert.Equal(_vendors.DriverManifest, item.Content.Body.ToArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"id":"another","rim":"AAAA"}""")]
    [InlineData("""{"id":"x","rim":"not base64"}""")]
    public async Task Get_refusesAnEnvelopeOfAnotherForm(string body)
    {
        _server.Put("/v1/rim/x", Encoding.ASCII.GetBytes(body));

        await MissingAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "1"), Cancellation), CollateralFailure.AnswerMalformed);
    }

    [Fact]
    public async Task GetAnswer_asksTheResponderWithANonceAndKeepsItsAnswer()
    {
        ImmutableArray<ReadOnlyMemory<byte>> path = [.. _vendors.GpuPath.Select(certificate => (ReadOnlyMemory<byte>)certificate)];
        _server.Put("/ocsp", async context =>
        {
            Assert.Equal("application/ocsp-request", context.Request.ContentType);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Cancellation);
            await context.Response.Body.WriteAsync(_vendors.Ocsp(1, NonceOf(body.ToArray())), Cancellation);
        });

        CollateralItem item = await FoundAsync(Client().GetAnswerAsync(path, 1, Cancellation));
        await FoundAsync(Client().GetAnswerAsync(path, 1, Cancellation));

        Assert.Equal(s_now.AddDays(1), item.ExpiresAt);
        Assert.Equal("POST /ocsp", Assert.Single(Asked));
        _clock.Advance(TimeSpan.FromDays(2));
        await MissingAsync(Client().GetAnswerAsync(path, 1, Cancellation), CollateralFailure.Refused);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task GetAnswer_refusesAReplayAndARevocation(int status, bool replay)
    {
        ImmutableArray<ReadOnlyMemory<byte>> path = [.. _vendors.GpuPath.Select(certificate => (ReadOnlyMemory<byte>)certificate)];
        _server.Put("/ocsp", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Cancellation);
            await context.Response.Body.WriteAsync(_vendors.Ocsp(1, replay ? new byte[32] : NonceOf(body.ToArray()), status), Cancellation);
        });

        CollateralOutcome.Missing missing = await MissingAsync(Client().GetAnswerAsync(path, 1, Cancellation), CollateralFailure.Refused);

        Assert.Contains(replay ? "RevocationAnswerNonce" : "CertificateRevoked", missing.Problem, StringComparison.Ordinal);
        Assert.Empty(Store.Keys());
    }

    [Fact]
    public async Task Get_keepsNothingThatDoesNotVerify()
    {
        _server.Put("/vcek/v1/Genoa/cert_chain", _vendors.Chain);

        CollateralOutcome.Missing missing = await MissingAsync(Client(roots: TrustRoots.Production).GetAsync(s_chain, Cancellation), CollateralFailure.Refused);

        Assert.Contains("RootNotPinned", missing.Problem, StringComparison.Ordinal);
        Assert.Empty(Store.Keys());
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, null, 1)]
    [InlineData(500, null, 1)]
    public async Task Get_waitsAsLongAsTheServerAsksAndTriesAgain(int status, string? retryAfter, int seconds)
    {
        foreach ((string path, (byte[] body, string? header, string? chain)) in _vendors.Pcs(s_now.AddDays(-1), s_now.AddDays(29)))
        {
            _server.Put(path, body, header is null ? [] : [(header, chain!)]);
        }

        string chainPath = "/v1/rim/x";
        _server.PutAfter(1, status, retryAfter, chainPath, Encoding.ASCII.GetBytes($$"""{"id":"x","rim":"{{Convert.ToBase64String(_vendors.DriverManifest)}}"}"""));

        await FoundAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "550.90.07"), Cancellation));

        Assert.Equal([TimeSpan.FromSeconds(seconds)], _clock.Waits);
        Assert.Equal(2, Asked.Length);
    }

    [Fact]
    public async Task Get_readsADateThatTheServerAsksFor()
    {
        string date = s_now.AddSeconds(42).ToString("R", CultureInfo.InvariantCulture);
        _server.PutAfter(1, 503, date, "/v1/rim/x", Encoding.ASCII.GetBytes($$"""{"id":"x","rim":"{{Convert.ToBase64String(_vendors.DriverManifest)}}"}"""));

        await FoundAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "550.90.07"), Cancellation));

        Assert.Equal([TimeSpan.FromSeconds(42)], _clock.Waits);
    }

    [Fact]
    public async Task Get_givesUpAfterFourAttemptsWithGrowingPauses()
    {
        _server.PutAfter(100, 503, null, "/v1/rim/x", []);

        await MissingAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "1"), Cancellation), CollateralFailure.Unreachable);

        Assert.Equal([1, 2, 4], _clock.Waits.Select(wait => wait.TotalSeconds));
        Assert.Equal(4, Asked.Length);
    }

    [Fact]
    public async Task Get_doesNotWaitForAServerThatAsksForHours()
    {
        _server.PutAfter(100, 429, "7200", "/v1/rim/x", []);

        CollateralOutcome.Missing missing = await MissingAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "1"), Cancellation), CollateralFailure.Unreachable);

        Assert.Contains("after 7200 s", missing.Problem, StringComparison.Ordinal);
        Assert.Empty(_clock.Waits);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(403)]
    public async Task Get_followsNoRedirectAndTriesNoRefusalAgain(int status)
    {
        _server.Put("/v1/rim/x", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/v1/rim/y";
            return Task.CompletedTask;
        });

        await MissingAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "1"), Cancellation), CollateralFailure.Unreachable);

        Assert.Single(Asked);
    }

    [Fact]
    public async Task Get_refusesAnAnswerBeyondItsLimit()
    {
        _server.Put("/v1/rim/x", new byte[CollateralContent.MaxBody + 1]);

        Assert.Contains("more than", (await MissingAsync(Client().GetAsync(CollateralKey.NvidiaManifest("x", "1"), Cancellation), CollateralFailure.Unreachable)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_refusesAnAnswerWithoutTheIssuersHeader()
    {
        _server.Put("/tdx/certification/v4/tcb?fmspc=90c06f000000", "{}"u8.ToArray());

        await MissingAsync(Client().GetAsync(s_tcb, Cancellation), CollateralFailure.AnswerMalformed);
    }

    [Fact]
    public async Task Get_goesThroughTheProxyItIsTold()
    {
        ServeAmd();
        VendorOptions options = Options with { Kds = new Uri("http://kds.invalid"), Proxy = _server.Address };

        await FoundAsync(Client(options).GetAsync(s_chain, Cancellation));

        Assert.Equal("GET http://kds.invalid/vcek/v1/Genoa/cert_chain", Assert.Single(Asked));
    }

    [Fact]
    public async Task Get_servesAServiceBelowAPathOfItsOwn()
    {
        _server.Put("/cache/vcek/v1/Genoa/cert_chain", _vendors.Chain);

        await FoundAsync(Client(Options with { Kds = new Uri(_server.Address, "cache/") }).GetAsync(s_chain, Cancellation));
    }

    [Fact]
    public async Task Get_renewsAListOfYesterdayAndKeepsItWhileTheVendorIsAway()
    {
        ServeAmd();
        CollateralItem first = await FoundAsync(Client().GetAsync(s_list, Cancellation));
        _clock.Advance(TimeSpan.FromHours(25));
        _server.PutAfter(100, 503, null, "/vcek/v1/Genoa/crl", []);

        CollateralItem kept = await FoundAsync(Client().GetAsync(s_list, Cancellation));
        Assert.Equal(first.FetchedAt, kept.FetchedAt);

        ServeAmd();
        Assert.True((await FoundAsync(Client().GetAsync(s_list, Cancellation))).FetchedAt > first.FetchedAt);
    }

    [Fact]
    public async Task Get_usesNoListPastItsEndWhateverIsAway()
    {
        ServeAmd(listUntil: s_now.AddDays(2));
        await FoundAsync(Client().GetAsync(s_list, Cancellation));
        _clock.Advance(TimeSpan.FromDays(3));
        _server.PutAfter(100, 503, null, "/vcek/v1/Genoa/crl", []);

        await MissingAsync(Client().GetAsync(s_list, Cancellation), CollateralFailure.Unreachable);
    }

    [Fact]
    public async Task Get_fetchesAgainWhatWasDamagedOnDisk()
    {
        ServeAmd();
        await FoundAsync(Client().GetAsync(s_chain, Cancellation));
        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        byte[] bytes = await File.ReadAllBytesAsync(file, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Cancellation);

        Assert.Empty(Store.Keys());
        await FoundAsync(Client().GetAsync(s_chain, Cancellation));
        Assert.Equal(2, Asked.Length);
    }

    [Fact]
    public async Task Get_usesWhatIsOnDiskAndNothingElseOffline()
    {
        ServeAmd();
        VendorOptions offline = Options with { Offline = true };
        await MissingAsync(Client(offline).GetAsync(s_chain, Cancellation), CollateralFailure.Offline);
        Assert.Empty(Asked);

        await FoundAsync(Client().GetAsync(s_list, Cancellation));
        _clock.Advance(TimeSpan.FromDays(30));
        await FoundAsync(Client(offline).GetAsync(s_list, Cancellation));
        Assert.Equal(2, Asked.Length);
    }

    [Fact]
    public async Task Get_fetchesOnceForManyThatAskAtOnce()
    {
        ServeAmd();
        CollateralClient client = Client();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FoundAsync(client.GetAsync(s_chain, Cancellation))));

        Assert.Single(Asked);
    }

    [Fact]
    public async Task Get_fetchesWhatRealVendorsPublish()
    {
        string? folder = Environment.GetEnvironmentVariable("AIT_VECTORS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "AIT_VECTORS names no folder of real collateral");
        byte[] Read(string path) => File.ReadAllBytes(Path.Combine(folder!, path));
        string Pem(string path) => System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", Read(path)) + "\n";
        _clock.Advance(new DateTimeOffset(2025, 6, 20, 0, 0, 0, TimeSpan.Zero) - s_now);
        _server.Put("/vcek/v1/Milan/cert_chain", Encoding.ASCII.GetBytes(Pem("amd-snp/roots/ask_milan.der") + Pem("amd-snp/roots/ark_milan.der")));
        _server.Put("/vcek/v1/Milan/crl", Read("amd-snp/crls/crl_milan_2025-05-06.der"));
        using System.Text.Json.JsonDocument collateral = System.Text.Json.JsonDocument.Parse(Read("intel-dcap/collateral/tdx_90c06f_2025-06.json"));
        string Text(string name) => collateral.RootElement.GetProperty(name).GetString()!;
        _server.Put(
            "/tdx/certification/v4/tcb?fmspc=90c06f000000",
            Encoding.UTF8.GetBytes($"{{\"tcbInfo\":{Text("tcb_info")},\"signature\":\"{Text("tcb_info_signature")}\"}}"),
            ("TCB-Info-Issuer-Chain", Uri.EscapeDataString(Text("tcb_info_issuer_chain"))));
        string manifest = "NV_GPU_DRIVER_GH100_550.144.03";
        _server.Put($"/v1/rim/{manifest}", Encoding.ASCII.GetBytes($$"""{"id":"{{manifest}}","rim":"{{Convert.ToBase64String(Read($"nvidia-gpu/rims/{manifest}.xml"))}}"}"""));
        CollateralClient client = Client(roots: TrustRoots.Production);

        await FoundAsync(client.GetAsync(CollateralKey.AmdRevocation(SnpProduct.Milan), Cancellation));
        await FoundAsync(client.GetAsync(s_tcb, Cancellation));
        await FoundAsync(client.GetAsync(CollateralKey.NvidiaManifest(manifest, "550.144.03"), Cancellation));
    }

    private static byte[] NonceOf(byte[] request)
    {
        AsnReader list = new AsnReader(request, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        list.ReadEncodedValue();
        AsnReader extension = list.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)).ReadSequence().ReadSequence();
        extension.ReadObjectIdentifier();
        return new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
    }
}
