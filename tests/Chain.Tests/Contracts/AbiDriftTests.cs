using System.Reflection;
using System.Text;

using Ait.Chain.Abi;
using Ait.Chain.Contracts;

namespace Ait.Chain.Tests.Contracts;

/// <summary>The typed contracts against the checked-in ABI, both ways.</summary>
public sealed class AbiDriftTests
{
    /// <summary>What the typed contracts leave to <see cref="Contract"/> on purpose.</summary>
    private static readonly string[] s_untyped =
    [
        // ERC-20, ERC-2612 and ERC-5267 beyond what a miner or a coordinator asks.
        "DOMAIN_SEPARATOR()", "burn(address,uint256)", "eip712Domain()", "mint(address,uint256)", "nonces(address)",
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "transferFrom(address,address,uint256)",
        "Approval(address,address,uint256)", "EIP712DomainChanged()",

        // What the mining registry asks the device registry.
        "identityOf(uint32)", "rosterEntry(uint32)",

        // What the bonds ask the device registry and the mining registry, and what they tell.
        "gpuOfKey(address)", "mining()",

        // What the attendance registry asks the other two registries, and does to the devices.
        "suspendAbsent(bytes32)", "resumeDevice(bytes32)", "LIFE_BLOCKS()",

        // Constants of the specification and events of governance.
        "BINDING_DOMAIN()", "CHALLENGE_BLOCKS()", "VALIDITY()", "DETERMINISM_CLASS()", "LEAST_REDEEMED_UNITS()", "MOST_DRAWS()", "QUORUM()",
        "SEATS()", "MOST_SEATS()", "MOST_TASKS()", "SEED_DELAY()", "SEED_WINDOW()", "WORK_ATTESTATION_TYPEHASH()", "lowestRedeemPrice()",
        "GovernorChanged(address,address)", "GovernorProposed(address,address)", "HostLimitChanged(uint256)", "ClassRateChanged(uint8,uint32)",
        "RootPinned(bytes)", "RootUnpinned(bytes)", "LeastEvaluationNumberChanged(uint16)", "StatusAccepted(uint8,bool)",

        // What the contracts of DCAP ask each other, and what they tell whoever follows them.
        "p256()", "hash()", "certificates()", "signerOf(bytes32)", "tcbInfoOf(uint8,bytes6)", "qeIdentityOf(uint8)",
        "CertificateVerified(bytes32,bytes32,uint8,uint64)", "RevocationListVerified(bytes32,uint64,uint64)", "SerialRevoked(bytes32,uint256)",
        "TcbInfoVerified(uint8,bytes6,uint16,uint64,uint64)", "QeIdentityVerified(uint8,uint16,uint64,uint64)",
        "CoordinatorChanged(address,address)", "DurationBoundsChanged(uint16,uint8,(uint64,uint64,uint64))", "RatesChanged(uint256,uint256)",
        "GuardianChanged(address,address)", "WorkPauseChanged(bool)",

        // What the mining registry and the contracts it made ask each other.
        "charge(uint256,uint256)", "moveCredit(address,bytes32,bytes32,uint64)", "mining()", "BOOTSTRAP_MOST()", "HALF_LIFE_LEAST()", "HALF_LIFE_MOST()",

        // What the two registries of devices and challenges ask each other, and what the latter tells.
        "proveClass(bytes32,uint32)", "suspendDevice(bytes32)", "isDemanded(uint8)", "devices()", "PROOF_VALIDITY()", "ANSWER_WINDOW()", "LIFE()", "COOLDOWN()",
        "TermsChanged(uint8,(uint32,uint16,uint16,uint32,uint32))", "ChallengeOpened(uint256,bytes32,uint8)", "WitnessesDrawn(uint256,uint32[3],uint8)",
        "StatementTaken(uint256,uint8,bytes32,bytes32,bool,uint32)", "ChallengeDecided(uint256,bytes32,uint8)",
    ];

    public static TheoryData<string, Type[]> Typed() => new()
    {
        { "AIToken", [typeof(AITokenSignatures)] },
        { "CreditMoves", [typeof(CreditMovesSignatures)] },
        { "AttendanceRegistry", [typeof(AttendanceRegistrySignatures), typeof(GovernedSignatures)] },
        { "ChallengeRegistry", [typeof(ChallengeRegistrySignatures), typeof(GovernedSignatures)] },
        { "CoordinatorBond", [typeof(CoordinatorBondSignatures), typeof(BondSignatures), typeof(GovernedSignatures)] },
        { "DcapCertificates", [typeof(DcapCertificatesSignatures), typeof(GovernedSignatures)] },
        { "DcapCollateral", [typeof(DcapCollateralSignatures), typeof(GovernedSignatures)] },
        { "DcapVerifier", [typeof(DcapVerifierSignatures), typeof(GovernedSignatures)] },
        { "DeviceRegistry", [typeof(DeviceRegistrySignatures), typeof(GovernedSignatures)] },
        { "OperatorBond", [typeof(OperatorBondSignatures), typeof(BondSignatures), typeof(GovernedSignatures)] },
        { "MiningRegistry", [typeof(MiningRegistrySignatures), typeof(GovernedSignatures)] },
        { "SubsidyBudget", [typeof(SubsidyBudgetSignatures)] },
    };

    /// <summary>Of OpenZeppelin's governor only what is asked of it.</summary>
    public static TheoryData<string, Type[]> PartlyTyped() => new() { { "AitGovernor", [typeof(AitGovernorSignatures)] } };

    [Theory]
    [MemberData(nameof(Typed))]
    [MemberData(nameof(PartlyTyped))]
    public void Signatures_areThoseOfTheCheckedInAbi(string name, Type[] types)
    {
        ContractAbi abi = ContractArtifact.Load(name).Abi;
        string[] signatures = [.. types.SelectMany(Constants)];
        Assert.NotEmpty(signatures);
        foreach (string signature in signatures)
        {
            byte[] hash = SlowKeccak.Hash(Encoding.ASCII.GetBytes(signature));
            if (abi.Events.FirstOrDefault(candidate => candidate.Signature == signature) is { } found)
            {
                Assert.Equal(hash, found.Topic.ToArray());
                continue;
            }

            Assert.Equal(Hex.Encode(hash.AsSpan(0, 4)), abi.Function(signature).Selector.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Typed))]
    public void Abi_holdsNothingThatIsNeitherTypedNorLeftOutOnPurpose(string name, Type[] types)
    {
        ContractAbi abi = ContractArtifact.Load(name).Abi;
        string[] typed = [.. types.SelectMany(Constants), .. s_untyped];
        Assert.Empty(abi.Functions.Select(function => function.Signature).Concat(abi.Events.Select(found => found.Signature)).Except(typed));
    }

    [Theory]
    [InlineData("DeviceNotRegistered(bytes32)")]
    [InlineData("DeviceExpired(bytes32,uint40)")]
    [InlineData("WorkloadNotInQueue(bytes32)")]
    [InlineData("DurationOutOfBounds(uint64,uint64,uint64)")]
    [InlineData("ResultNotAgreed(bytes32,uint256,uint256)")]
    [InlineData("ClaimTooEarly(bytes32,uint256)")]
    [InlineData("SeedNotReady(uint64,uint256)")]
    [InlineData("SeedTooOld(uint64,uint256)")]
    public void MiningRegistry_hasTheErrorsThatHostsActOn(string signature) =>
        Assert.Equal(signature, ContractArtifact.Load("MiningRegistry").Abi.Error(signature).Signature);

    [Theory]
    [InlineData("ReportDataMismatch(bytes32,bytes32)")]
    [InlineData("MeasurementNotAllowed(bytes32)")]
    [InlineData("DeviceAlreadyRegistered(bytes32,uint40)")]
    [InlineData("EvidenceReused(uint64,uint64)")]
    [InlineData("ChallengeBlockUnknown(uint64,uint256)")]
    public void DeviceRegistry_hasTheErrorsThatHostsActOn(string signature) =>
        Assert.Equal(signature, ContractArtifact.Load("DeviceRegistry").Abi.Error(signature).Signature);

    [Fact]
    public void Artifacts_areThoseOfTheContractsFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ait.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        string[] files = Directory.GetFiles(Path.Combine(folder.FullName, "contracts", "abi"), "*.json");
        Assert.Equal(files.Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal), ContractArtifact.Names);
        foreach (string name in ContractArtifact.Names)
        {
            Assert.Equal(name, ContractArtifact.Load(name).Name);
        }
    }

    [Fact]
    public void Load_namesWhatThereIsIfAskedForSomethingElse()
    {
        KeyNotFoundException fault = Assert.Throws<KeyNotFoundException>(() => ContractArtifact.Load("Nothing"));
        Assert.Contains("AIToken", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"contractName":"A","abi":[],"bytecode":"0x__$linked$__"}""")]
    [InlineData("""{"contractName":"A","abi":{},"bytecode":"0x"}""")]
    public void Parse_refusesAnythingElse(string json) => Assert.Throws<FormatException>(() => ContractArtifact.Parse(json));

    [Fact]
    public void Deployment_refusesAnInterface()
    {
        ContractArtifact artifact = ContractArtifact.Parse("""{"contractName":"IA","abi":[],"bytecode":"0x"}""");
        Assert.Throws<InvalidOperationException>(() => artifact.Deployment());
    }

    private static IEnumerable<string> Constants(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .Select(field => (string)field.GetRawConstantValue()!);
}
