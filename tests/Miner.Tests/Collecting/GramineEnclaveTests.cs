using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

public sealed class GramineEnclaveTests : IDisposable
{
    private static readonly byte[] s_reportData = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
    private readonly RecordedTree _tree = new();

    public GramineEnclaveTests()
    {
        _tree.Put("/dev/attestation/attestation_type", "dcap");
        _tree.Put("/dev/attestation/user_report_data", new string('\0', 64));
        _tree.Put("/dev/attestation/quote", string.Empty);
    }

    public void Dispose() => _tree.Dispose();

    private Task<EvidenceOutcome> AskAsync() => new GramineEnclave(_tree).CollectAsync(s_reportData, TestContext.Current.CancellationToken);

    private async Task<EvidenceOutcome.Failed> FailsAsync(EvidenceFailure failure)
    {
        EvidenceOutcome.Failed failed = Assert.IsType<EvidenceOutcome.Failed>(await AskAsync());
        Assert.Equal(failure, failed.Failure);
        return failed;
    }

    [Fact]
    public async Task Collect_writesTheReportDataAndReadsTheQuote()
    {
        byte[] quote = GenuineVectors.Read("intel-dcap/sgx-v3-phala/quote.bin");
        byte[]? asked = null;
        _tree.Firmware = reportData =>
        {
            asked = reportData;
            return (quote, []);
        };

        CollectedEvidence evidence = Assert.IsType<EvidenceOutcome.Collected>(await AskAsync()).Evidence;

        Assert.Equal(EvidencePlatform.Sgx, evidence.Platform);
        Assert.Equal(quote[..evidence.Report.Length], evidence.Report);
        Assert.Equal(s_reportData, asked);
    }

    [Fact]
    public async Task Collect_refusesAQuoteOfATrustDomain()
    {
        byte[] quote = GenuineVectors.Read("intel-dcap/tdx-v4-phala/quote.bin");
        _tree.Firmware = _ => (quote, []);

        Assert.Contains("is of Tdx; expected Sgx", (await FailsAsync(EvidenceFailure.AnswerMalformed)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("epid")]
    [InlineData("")]
    public async Task Collect_refusesAnEnclaveWithoutDcap(string kind)
    {
        _tree.Put("/dev/attestation/attestation_type", kind);

        Assert.Contains("expected dcap", (await FailsAsync(EvidenceFailure.InterfaceMissing)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_refusesWhatIsNoQuote()
    {
        _tree.Firmware = _ => ([1, 2, 3], []);

        await FailsAsync(EvidenceFailure.AnswerMalformed);
    }

    [Fact]
    public async Task Collect_failsOutsideGramine()
    {
        using var bare = new RecordedTree();

        EvidenceOutcome outcome = await new GramineEnclave(bare).CollectAsync(s_reportData, TestContext.Current.CancellationToken);

        Assert.Equal(EvidenceFailure.InterfaceMissing, Assert.IsType<EvidenceOutcome.Failed>(outcome).Failure);
    }
}
