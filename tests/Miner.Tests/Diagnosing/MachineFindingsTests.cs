using System.Collections.Immutable;
using Ait.Miner.Collecting;
using Ait.Miner.Diagnosing;
using Ait.Miner.Reporting;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Diagnosing;

/// <summary>What the doctor says of recorded machines.</summary>
public sealed class MachineFindingsTests : IDisposable
{
    private readonly RecordedTree _tree = new();
    private readonly List<GpuFacts> _gpus = [];
    private bool _sevGuest;

    public void Dispose() => _tree.Dispose();

    private MachineFacts Machine => MachineFacts.Read(_tree, new Device(_sevGuest), [new Driver(_gpus)]);

    private Finding[] All => [.. MachineFindings.All(Machine)];

    private Finding One(string check) => Assert.Single(All, finding => finding.Check == check);

    private void Mount(string provider)
    {
        Directory.CreateDirectory(_tree.On(ConfigfsReport.Folder));
        _tree.Provider = provider + "\n";
    }

    private void Add(DeviceClass deviceClass, ConfidentialMode mode) => _gpus.Add(
        new GpuFacts([.. Enumerable.Repeat((byte)(_gpus.Count + 1), 16)], $"NVIDIA {deviceClass}", deviceClass, 80UL << 30, "580.95.05", "96.00.9F.00.01", mode));

    [Theory]
    [InlineData("sev_guest", "SEV-SNP")]
    [InlineData("tdx_guest", "TDX")]
    public void Machine_attestsAnH100InConfidentialMode(string provider, string tee)
    {
        Mount(provider);
        Add(DeviceClass.H100, ConfidentialMode.On);

        Assert.Equal(["tee", "gpu", "profile"], All.Select(finding => finding.Check));
        Assert.All(All, finding => Assert.Equal(Severity.Information, finding.Severity));
        Assert.Contains(tee, One("tee").Sentence, StringComparison.Ordinal);
        Assert.Equal("01010101-0101-0101-0101-010101010101 NVIDIA H100, 80 GiB, driver 580.95.05, VBIOS 96.00.9F.00.01, confidential computing on.", One("gpu").Sentence);
        Assert.Contains($"profile attested GPU: {tee}", One("profile").Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceClass.A100)]
    [InlineData(DeviceClass.L40S)]
    [InlineData(DeviceClass.MI300X)]
    public void Machine_isAMeasuredHostOfAGpuWithoutEvidence(DeviceClass deviceClass)
    {
        Mount("sev_guest");
        Add(deviceClass, ConfidentialMode.Unavailable);

        Assert.Contains($"register as {deviceClass} under the profile measured host", One("profile").Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceClass.H100, ConfidentialMode.On)]
    [InlineData(DeviceClass.A100, ConfidentialMode.Unavailable)]
    public void Machine_isAnSgxKeyedHostUnderGramine(DeviceClass deviceClass, object mode)
    {
        _tree.Put("/dev/attestation/attestation_type", "dcap");
        Add(deviceClass, (ConfidentialMode)mode);

        Assert.Contains("an SGX enclave", One("tee").Sentence, StringComparison.Ordinal);
        Assert.Contains("SGX-keyed host, the lowest", One("profile").Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConfidentialMode.Off, Severity.Warning, "switch confidential computing on")]
    [InlineData(ConfidentialMode.Unavailable, Severity.Warning, "Use driver 550")]
    [InlineData(ConfidentialMode.DeveloperTools, Severity.Error, "instead of devtools")]
    [InlineData(ConfidentialMode.ProtectedPcie, Severity.Error, "one GPU per guest")]
    public void Machine_isToldHowAnH100CouldSign(object mode, object severity, string remedy)
    {
        Mount("sev_guest");
        Add(DeviceClass.H100, (ConfidentialMode)mode);

        Finding profile = One("profile");
        Assert.Equal((Severity)severity, profile.Severity);
        Assert.Contains(remedy, profile.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_isToldThatAGpuIsOfNoPaidClass()
    {
        Mount("sev_guest");
        Add(DeviceClass.None, ConfidentialMode.Unavailable);

        Assert.Contains("no class that this network pays", One("profile").Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_provesThroughTheDeviceOfAnOlderKernel()
    {
        _sevGuest = true;

        Assert.Contains("/dev/sev-guest", One("tee").Sentence, StringComparison.Ordinal);
        Assert.Equal(Severity.Information, One("tee").Severity);
    }

    [Theory]
    [InlineData("/dev/tdx_guest", "", "6.7 or newer")]
    [InlineData(null, "fpu hypervisor tdx_guest", "6.7 or newer")]
    [InlineData(null, "fpu hypervisor sev sev_es sev_snp", "modprobe sev-guest")]
    [InlineData("/dev/sev", "fpu sev sev_es sev_snp", "Start an SEV-SNP guest")]
    [InlineData("/dev/sgx_enclave", "fpu sgx", "gramine-sgx")]
    [InlineData(null, "fpu", "Mine inside an SEV-SNP or TDX guest")]
    public void Machine_withoutAnInterfaceIsToldWhatToDo(string? device, string flags, string remedy)
    {
        _tree.Put("/proc/cpuinfo", $"processor\t: 0\nflags\t\t: {flags}\n");
        if (device is not null)
        {
            _tree.Put(device, string.Empty);
        }

        Add(DeviceClass.H100, ConfidentialMode.On);

        Assert.Equal(Severity.Error, One("tee").Severity);
        Assert.Contains(remedy, One("tee").Remedy, StringComparison.Ordinal);
        Assert.Contains("nothing here signs for the machine", One("profile").Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_withAnotherTeeIsToldWhichAreVerified()
    {
        Mount("arm_cca_guest");

        Assert.Contains("arm_cca_guest", One("tee").Sentence, StringComparison.Ordinal);
        Assert.Equal(Severity.Error, One("tee").Severity);
    }

    [Fact]
    public void Machine_withoutGpuIsToldWhatEachLibraryLacks()
    {
        Mount("sev_guest");

        Assert.Equal("no GPU is shown (NVML is not installed.)", One("gpu").Sentence);
        Assert.DoesNotContain(All, finding => finding.Check == "profile");
    }

    [Fact]
    public void Chosen_comparesTheDriverWithTheSettings()
    {
        Add(DeviceClass.A100, ConfidentialMode.Unavailable);
        ImmutableArray<byte> uuid = [.. Enumerable.Repeat((byte)1, 16)];

        Assert.Equal(Severity.Information, MachineFindings.Chosen(Machine, uuid, DeviceClass.A100).Severity);
        Assert.Contains("is NVIDIA A100; expected class H100", MachineFindings.Chosen(Machine, uuid, DeviceClass.H100).Sentence, StringComparison.Ordinal);
        Assert.Contains("no driver shows GPU", MachineFindings.Chosen(Machine, [.. new byte[16]], DeviceClass.A100).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_refusesAMachineThatProvesNothing()
    {
        var reporter = new RecordingReporter();

        Assert.Equal(1, MachineDoctor.Run(Machine, reporter));
    }

    [Fact]
    public void Run_passesAMachineThatProvesEverything()
    {
        Mount("tdx_guest");
        Add(DeviceClass.H100, ConfidentialMode.On);

        Assert.Equal(0, MachineDoctor.Run(Machine, new RecordingReporter()));
    }

    private sealed class Device(bool exists) : ISevGuestDevice
    {
        public bool Exists => exists;

        public int Request(uint code, ref SevGuestLayout.GuestRequest request) => throw new NotSupportedException();
    }

    private sealed class Driver(List<GpuFacts> gpus) : IGpuDriver
    {
        public int? ReadTemperature(ImmutableArray<byte> gpuUuid) => null;

        public ImmutableArray<GpuFacts> List(out string? problem)
        {
            problem = gpus.Count == 0 ? "NVML is not installed." : null;
            return [.. gpus];
        }
    }
}
