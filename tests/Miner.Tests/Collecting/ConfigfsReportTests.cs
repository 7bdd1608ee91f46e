using System.Text;
using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

public sealed class ConfigfsReportTests : IDisposable
{
    private static readonly byte[] s_reportData = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
    private readonly RecordedTree _tree = RecordedTree.WithReports();

    public void Dispose() => _tree.Dispose();

    private Task<EvidenceOutcome> AskAsync(IKernelFiles? files = null) =>
        new ConfigfsReport(files ?? _tree).CollectAsync(s_reportData, TestContext.Current.CancellationToken);

    private async Task<EvidenceOutcome.Failed> FailsAsync(EvidenceFailure failure, IKernelFiles? files = null)
    {
        EvidenceOutcome.Failed failed = Assert.IsType<EvidenceOutcome.Failed>(await AskAsync(files));
        Assert.Equal(failure, failed.Failure);
        Assert.NotEmpty(failed.Remedy);
        return failed;
    }

    [Fact]
    public async Task Collect_givesTheReportAndTheHostsCertificates()
    {
        _tree.Firmware = reportData => (Reports.Snp(reportData), Tables.Of((Tables.Vcek, [0x30, 1]), (Tables.Ask, [0x30, 2]), (Tables.Ark, [0x30, 3])));

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(await AskAsync()).Evidence;

        Assert.Equal(EvidencePlatform.SevSnp, evidence.Platform);
        Assert.Equal(Reports.Snp(s_reportData), evidence.Report);
        Assert.True(evidence.HasCertificates);
        Assert.Equal([0x30, 1], evidence.Vcek);
        Assert.Equal(["inblob"], _tree.Written);
    }

    [Fact]
    public async Task Collect_turnsPemCertificatesIntoDer()
    {
        string pem = "-----BEGIN CERTIFICATE-----\n" + Convert.ToBase64String([0x30, 7]) + "\n-----END CERTIFICATE-----\n";
        _tree.Firmware = reportData => (Reports.Snp(reportData), Tables.Of((Tables.Vcek, Encoding.ASCII.GetBytes(pem))));

        Assert.Equal([0x30, 7], Assert.IsType<EvidenceOutcome.Collected>(await AskAsync()).Evidence.Vcek);
    }

    [Fact]
    public async Task Collect_givesTheBareReportOfAHostWithoutCertificates() =>
        Assert.False(Assert.IsType<EvidenceOutcome.Collected>(await AskAsync()).Evidence.HasCertificates);

    [Fact]
    public async Task Collect_asksAtTheLevelThatTheGuestMayUse()
    {
        _tree.PrivilegeFloor = "2\n";

        Assert.IsType<EvidenceOutcome.Collected>(await AskAsync());
        Assert.Equal(["privlevel", "inblob"], _tree.Written);
    }

    [Fact]
    public async Task Collect_leavesNoRequestBehind()
    {
        await AskAsync();
        _tree.Provider = "arm_cca_guest\n";
        await AskAsync();

        Assert.Equal(2, _tree.Folders.Distinct().Count());
        Assert.All(_tree.Folders, folder => Assert.False(_tree.FolderExists(folder)));
    }

    [Fact]
    public async Task Collect_asksAgainIfSomeoneElseWroteToTheRequest()
    {
        _tree.Intrusions = 2;

        Assert.IsType<EvidenceOutcome.Collected>(await AskAsync());
        Assert.Equal(3, _tree.Folders.Count);
    }

    [Fact]
    public async Task Collect_failsIfSomeoneElseAlwaysWritesToTheRequest()
    {
        _tree.Intrusions = 3;

        await FailsAsync(EvidenceFailure.Contended);
    }

    [Fact]
    public async Task Collect_failsIfTheInterfaceIsNotMounted()
    {
        using var bare = new RecordedTree();

        Assert.Contains("CONFIG_TSM_REPORTS", (await FailsAsync(EvidenceFailure.InterfaceMissing, bare)).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_refusesAnotherProvider()
    {
        _tree.Provider = "arm_cca_guest\n";

        Assert.Contains("arm_cca_guest", (await FailsAsync(EvidenceFailure.InterfaceMissing)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_saysThatTheAccountMayNot() =>
        await FailsAsync(EvidenceFailure.NotPermitted, new Refusing(_tree, new UnauthorizedAccessException("Permission denied")));

    [Fact]
    public async Task Collect_quotesTheKernelIfItRefuses() =>
        Assert.Contains("Device or resource busy", (await FailsAsync(EvidenceFailure.HardwareRefused, new Refusing(_tree, new IOException("Device or resource busy")))).Problem, StringComparison.Ordinal);

    [Fact]
    public async Task Collect_refusesAReportOfAnotherLength()
    {
        _tree.Firmware = _ => (new byte[100], []);

        Assert.Contains("ReportLength", (await FailsAsync(EvidenceFailure.AnswerMalformed)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_refusesAMalformedTable()
    {
        _tree.Firmware = reportData => (Reports.Snp(reportData), [1, 2, 3]);

        await FailsAsync(EvidenceFailure.AnswerMalformed);
    }

    [Fact]
    public async Task Collect_refusesATrustDomainsAnswerThatIsNoQuote()
    {
        _tree.Provider = "tdx_guest\n";
        _tree.Firmware = _ => (new byte[5000], []);

        Assert.Contains("QuoteVersion", (await FailsAsync(EvidenceFailure.AnswerMalformed)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_givesATrustDomainsQuoteWithoutItsPadding()
    {
        byte[] quote = GenuineVectors.Read("intel-dcap/tdx-v4-phala/quote.bin");
        _tree.Provider = "tdx_guest\n";
        _tree.Firmware = _ => ([.. quote, .. new byte[200]], []);

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(await AskAsync()).Evidence;

        Assert.Equal(EvidencePlatform.Tdx, evidence.Platform);
        Assert.Equal(quote[..evidence.Report.Length], evidence.Report);
        Assert.InRange(evidence.Report.Length, 4000, quote.Length);
    }

    [Fact]
    public void FindProvider_tellsTheTee() => Assert.Equal("sev_guest", new ConfigfsReport(_tree).FindProvider(out _));

    /// <summary>A tree whose folders cannot be made.</summary>
    private sealed class Refusing(RecordedTree tree, Exception exception) : IKernelFiles
    {
        public bool FileExists(string path) => tree.FileExists(path);

        public bool FolderExists(string path) => tree.FolderExists(path);

        public byte[] Read(string path, int limit) => tree.Read(path, limit);

        public void Write(string path, ReadOnlySpan<byte> bytes) => tree.Write(path, bytes);

        public void CreateFolder(string path) => throw exception;

        public void RemoveFolder(string path) => tree.RemoveFolder(path);
    }
}
