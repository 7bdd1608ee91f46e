using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

public sealed class EvidenceInterfacesTests : IDisposable
{
    private readonly RecordedTree _tree = new();
    private bool _sevGuest;

    public void Dispose() => _tree.Dispose();

    private EvidenceInterfaces Interfaces => new(_tree, new Device(_sevGuest));

    [Fact]
    public void Detect_findsNothingOnABareMachine() => Assert.Null(Interfaces.Detect());

    [Fact]
    public void Detect_prefersConfigfsToTheDevice()
    {
        _sevGuest = true;
        Assert.Equal(EvidenceChoice.SevGuest, Interfaces.Detect());

        Directory.CreateDirectory(_tree.On(ConfigfsReport.Folder));
        Assert.Equal(EvidenceChoice.Configfs, Interfaces.Detect());
    }

    [Fact]
    public void Detect_prefersGramineToTheHostsInterfaces()
    {
        Directory.CreateDirectory(_tree.On(ConfigfsReport.Folder));
        _tree.Put("/dev/attestation/attestation_type", "dcap");

        Assert.Equal(EvidenceChoice.Gramine, Interfaces.Detect());
    }

    [Fact]
    public void Open_takesTheCommandIfOneIsNamed()
    {
        Directory.CreateDirectory(_tree.On(ConfigfsReport.Folder));
        var command = new EvidenceCommand(["collector"], TimeSpan.FromSeconds(1));

        Assert.Same(command, Interfaces.Open(EvidenceChoice.Auto, () => command));
        Assert.Same(command, Interfaces.Open(EvidenceChoice.Command, () => command));
        Assert.IsType<ConfigfsReport>(Interfaces.Open(EvidenceChoice.Auto, null));
    }

    [Fact]
    public async Task Open_leavesAMachineWithoutInterfacesWithWhatIsMissing()
    {
        EvidenceOutcome outcome = await Interfaces.Open(EvidenceChoice.Auto, null).CollectAsync(new byte[64], TestContext.Current.CancellationToken);

        Assert.Equal(EvidenceFailure.InterfaceMissing, Assert.IsType<EvidenceOutcome.Failed>(outcome).Failure);
    }

    [Theory]
    [InlineData(EvidenceChoice.Configfs, typeof(ConfigfsReport))]
    [InlineData(EvidenceChoice.SevGuest, typeof(SevGuestReport))]
    [InlineData(EvidenceChoice.Gramine, typeof(GramineEnclave))]
    public void Open_takesWhatWasChosen(object choice, Type source) => Assert.IsType(source, Interfaces.Open((EvidenceChoice)choice, null));

    private sealed class Device(bool exists) : ISevGuestDevice
    {
        public bool Exists => exists;

        public int Request(uint code, ref SevGuestLayout.GuestRequest request) => throw new NotSupportedException();
    }
}
