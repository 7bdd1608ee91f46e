using System.Globalization;
using System.Text;

namespace Ait.Miner.Collecting;

/// <summary>
/// Linux configfs-tsm (Documentation/ABI/testing/configfs-tsm): a folder per request below <c>/sys/kernel/config/tsm/report</c>
/// takes 64 bytes in <c>inblob</c> and answers in <c>outblob</c>; SNP hosts' certificates are in <c>auxblob</c>.
/// </summary>
internal sealed class ConfigfsReport : IEvidenceSource
{
    public const string Folder = "/sys/kernel/config/tsm/report";
    public const string SnpProvider = "sev_guest";
    public const string TdxProvider = "tdx_guest";

    /// <summary>The kernel gives at most this much (TSM_REPORT_OUTBLOB_MAX is 32 KiB; some kernels pad).</summary>
    private const int MaxBlob = 64 * 1024;
    private const int MaxText = 256;
    private const int Attempts = 3;
    private readonly IKernelFiles _files;

    public ConfigfsReport(IKernelFiles files) => _files = files;

    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation) =>
        Task.Run(() => Collect(reportData.Span, cancellation), cancellation);

    /// <summary>The kernel's name of the TEE behind the interface, found by an empty request; null if it cannot be had.</summary>
    public string? FindProvider(out EvidenceOutcome.Failed? failed)
    {
        string? provider = null;
        failed = InFolder(folder =>
        {
            provider = ReadText($"{folder}/provider");
            return null;
        }) as EvidenceOutcome.Failed;
        return provider;
    }

    private EvidenceOutcome Collect(ReadOnlySpan<byte> reportData, CancellationToken cancellation)
    {
        byte[] asked = reportData.ToArray();
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (InFolder(folder => Ask(folder, asked)) is EvidenceOutcome outcome)
            {
                return outcome;
            }
        }

        return new EvidenceOutcome.Failed(
            EvidenceFailure.Contended,
            $"Each of {Attempts} requests below {Folder} was changed by someone else before it was answered.",
            "Run one collector on this machine, or try again.");
    }

    /// <summary>Runs in a folder of its own, which is gone afterwards.</summary>
    private EvidenceOutcome? InFolder(Func<string, EvidenceOutcome?> ask)
    {
        if (!_files.FolderExists(Folder))
        {
            return new EvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"{Folder} does not exist.", "Use a guest kernel of 6.7 or newer with CONFIG_TSM_REPORTS, load sev-guest or tdx-guest, and mount configfs.");
        }

        string folder = $"{Folder}/ait-{Guid.NewGuid():N}";
        try
        {
            _files.CreateFolder(folder);
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            return KernelFailures.Of(exception, Folder);
        }

        try
        {
            return ask(folder);
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            return KernelFailures.Of(exception, folder);
        }
        finally
        {
            Remove(folder);
        }
    }

    /// <summary>Null if someone else wrote to the request.</summary>
    private EvidenceOutcome? Ask(string folder, byte[] reportData)
    {
        string provider = ReadText($"{folder}/provider");
        if (provider is not (SnpProvider or TdxProvider))
        {
            return new EvidenceOutcome.Failed(EvidenceFailure.InterfaceMissing, $"The kernel's TEE is {provider}; expected {SnpProvider} or {TdxProvider}.", "Mine on an AMD SEV-SNP or Intel TDX guest.");
        }

        ulong generation = ReadGeneration(folder);
        if (_files.FileExists($"{folder}/privlevel_floor") && ReadText($"{folder}/privlevel_floor") is var floor and not "0")
        {
            // A guest below a paravisor may ask at its own level only; the kernel refuses the default of 0.
            _files.Write($"{folder}/privlevel", Encoding.ASCII.GetBytes(floor));
            generation++;
        }

        _files.Write($"{folder}/inblob", reportData);
        generation++;
        if (ReadGeneration(folder) != generation)
        {
            return null;
        }

        byte[] report = _files.Read($"{folder}/outblob", MaxBlob);
        byte[] table = provider == SnpProvider && _files.FileExists($"{folder}/auxblob") ? ReadTable($"{folder}/auxblob") : [];
        if (ReadGeneration(folder) != generation)
        {
            return null;
        }

        return provider == SnpProvider
            ? SnpAnswer.Read(report, table, "configfs-tsm")
            : QuoteAnswer.Read(report, EvidencePlatform.Tdx, "configfs-tsm");
    }

    /// <summary>Hosts without certificates leave the attribute empty, which some kernels answer with an error.</summary>
    private byte[] ReadTable(string path)
    {
        try
        {
            return _files.Read(path, MaxBlob);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private ulong ReadGeneration(string folder)
    {
        string text = ReadText($"{folder}/generation");
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong generation)
            ? generation
            : throw new IOException($"generation is '{text}'; expected a number");
    }

    private string ReadText(string path)
    {
        string text = Encoding.ASCII.GetString(_files.Read(path, MaxText)).Trim();
        return new string([.. text.Where(c => !char.IsControl(c))]);
    }

    private void Remove(string folder)
    {
        try
        {
            _files.RemoveFolder(folder);
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            // The answer stands; a request that stays behind takes a few bytes of kernel memory until the guest ends.
            return;
        }
    }
}
