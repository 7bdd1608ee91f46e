using System.Text;

namespace Ait.Miner.Collecting;

/// <summary>An SGX enclave under Gramine: 64 bytes into <c>/dev/attestation/user_report_data</c>, the quote out of <c>quote</c>.</summary>
internal sealed class GramineEnclave : IEvidenceSource
{
    public const string Folder = "/dev/attestation";
    private const int MaxQuote = 64 * 1024;
    private readonly IKernelFiles _files;
    private readonly Lock _turn = new();

    public GramineEnclave(IKernelFiles files) => _files = files;

    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation) =>
        Task.Run(() => Collect(reportData.Span), cancellation);

    private EvidenceOutcome Collect(ReadOnlySpan<byte> reportData)
    {
        string type = $"{Folder}/attestation_type";
        if (!_files.FileExists(type))
        {
            return new EvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"{type} does not exist.", "Start the miner with gramine-sgx.");
        }

        try
        {
            string kind = Encoding.ASCII.GetString(_files.Read(type, 64)).Trim();
            if (kind != "dcap")
            {
                return new EvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"Gramine's attestation type is '{kind}'; expected dcap.", "Set sgx.remote_attestation = \"dcap\" in the manifest and sign the enclave again.");
            }

            lock (_turn)
            {
                // One pair of files for the whole enclave: nobody else may write between request and answer.
                _files.Write($"{Folder}/user_report_data", reportData);
                return QuoteAnswer.Read(_files.Read($"{Folder}/quote", MaxQuote), EvidencePlatform.Sgx, Folder);
            }
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            return KernelFailures.Of(exception, Folder);
        }
    }
}
