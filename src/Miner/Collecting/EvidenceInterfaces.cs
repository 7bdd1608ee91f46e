namespace Ait.Miner.Collecting;

/// <summary>Which interfaces to processor evidence this machine has, in the order they are preferred.</summary>
internal sealed class EvidenceInterfaces
{
    private readonly IKernelFiles _files;
    private readonly ISevGuestDevice _sevGuest;

    public EvidenceInterfaces(IKernelFiles files, ISevGuestDevice sevGuest)
    {
        _files = files;
        _sevGuest = sevGuest;
    }

    public static EvidenceInterfaces OfThisMachine { get; } = new(KernelFiles.OfThisMachine, new SevGuestDevice());

    /// <summary>The interface that is here; null if none is. Gramine first: inside it the others are the host's, not the enclave's.</summary>
    public EvidenceChoice? Detect() =>
        _files.FileExists($"{GramineEnclave.Folder}/attestation_type") ? EvidenceChoice.Gramine
        : _files.FolderExists(ConfigfsReport.Folder) ? EvidenceChoice.Configfs
        : _sevGuest.Exists ? EvidenceChoice.SevGuest
        : null;

    /// <summary>The source for a choice. Without any interface the choice stays with configfs-tsm, whose failure says what is missing.</summary>
    public IEvidenceSource Open(EvidenceChoice choice, Func<IEvidenceSource>? command) => choice switch
    {
        EvidenceChoice.Command => (command ?? throw new ArgumentNullException(nameof(command)))(),
        EvidenceChoice.Auto when command is not null => command(),
        EvidenceChoice.Auto => Open(Detect() ?? EvidenceChoice.Configfs, command),
        EvidenceChoice.Gramine => new GramineEnclave(_files),
        EvidenceChoice.SevGuest => new SevGuestReport(_sevGuest),
        _ => new ConfigfsReport(_files),
    };
}
