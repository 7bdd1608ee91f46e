using System.Collections.Immutable;
using System.Globalization;
using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>Says each error of the registry, the certificate cache and the evidence verifiers in a sentence with a remedy.</summary>
internal static class ContractRefusals
{
    private const string CollectAgain = "Nothing to do: fresh evidence is collected and brought.";

    private const string WrongHardware =
        "This network pins the vendor roots named in its deployment: use hardware of that vendor, or emulated hardware on a development network only.";

    public static ContractRefusal Revoked(Hash256 gpuId) => new(
        "DeviceIsRevoked",
        $"The governor has excluded GPU {gpuId}.",
        "Ask the network's governance to reinstate it, with the reason it published.");

    public static ContractRefusal OtherOperator(Address expected, Address found) => new(
        "NotOperator",
        $"This GPU is registered to operator {expected}, not to {found}.",
        "Use that operator's key, or let that operator retire the device (its slot is free when its validity has run out).");

    public static ContractRefusal PlatformNotOnChain(EvidencePlatform platform) => new(
        "PlatformNotAccepted",
        $"The registry of this network verifies no {platform} quotes.",
        "Mine inside an SEV-SNP guest, or on a network whose registry has a verifier of quotes.");

    public static ContractRefusal MeasurementNotAllowed(Hash256 measurementHash) => new(
        "MeasurementNotAllowed",
        $"The registry admits no program with measurement hash {measurementHash}.",
        "Start a released guest image, or let the governance admit this one.");

    public static ContractRefusal KeyReplaced(Address expected, Address found) => new(
        "EnclaveKeyReplaced",
        $"Another process has registered this GPU with enclave key {found}; this process holds {expected}.",
        "Run one process per GPU: stop the other one, then start this one again.");

    public static ContractRefusal Withdrawn(Hash256 gpuId) => new(
        "DeviceRetired",
        $"GPU {gpuId} was retired by its operator, or suspended because it failed a class challenge.",
        "Start the miner again to register it anew; a suspended one has to pass the challenge of its class, so name the class that it is.");

    public static ContractRefusal NodeBehind() => new(
        "NodeBehind",
        "The node confirms the registration and does not show it yet.",
        "Nothing to do: it is looked at again.",
        IsTransient: true);

    public static ContractRefusal NoGas(Address account, string balance) => new(
        "InsufficientFunds",
        $"Account {account} cannot pay for the transaction: it holds {balance} of the chain's currency.",
        $"Send the chain's currency to {account}.",
        IsTransient: true);

    /// <summary>An error as the contract threw it, by name, with its arguments as text in order.</summary>
    public static ContractRefusal OfError(string name, ImmutableArray<string> arguments)
    {
        string first = arguments.Length > 0 ? arguments[0] : "?";
        string second = arguments.Length > 1 ? arguments[1] : "?";
        return name switch
        {
            "DeviceNotRegistered" => new(name, $"GPU {first} is not registered.", CollectAgain, IsTransient: true),
            "DeviceAlreadyRegistered" => new(name, $"GPU {first} is registered until {Time(second)}.", CollectAgain, IsTransient: true),
            "DeviceIsRevoked" => new(name, $"GPU {first} is excluded by the governor, or retired by its operator.", "Ask the network's governance to reinstate it; a retired device registers again when its validity has run out."),
            "ClassUnknown" => new(name, $"The registry knows no device class {first}.", "Correct --class, or use the release made for this network."),
            "ClassMismatch" => new(name, $"This GPU is registered as class {first}, not {second}.", "Correct --class; to change it, retire the device and register it again."),
            "ReportDataMismatch" => new(name, $"The report was made for something else: expected {first}, found {second}.", "Check that the collector passes --report-data on, and that --rpc and the deployment are of one network."),
            "MeasurementNotAllowed" => new(name, $"The registry admits no program with measurement hash {first}.", "Start a released guest image, or let the governance admit this one."),
            "ChallengeBlockUnknown" => new(name, $"Block {first} is no longer fresh at block {second}.", CollectAgain, IsTransient: true),
            "HostFull" => new(name, $"Host chip {first} already carries {second} live GPUs, as many as are allowed.", "Retire one of them, or use another host."),
            "SuspendedUntil" => new(name, $"This device left too many seats empty and is suspended until {Time(second)}.", "Nothing to do: it proves that it is there then.", IsTransient: true),
            "EvidenceLapsed" => new(name, $"The evidence of this device ended at {Time(second)}.", CollectAgain, IsTransient: true),
            "LifeBlockUnknown" or "LifeProofReused" or "LifeSignatureInvalid" =>
                new(name, $"The proof of life is refused: {Call(name, arguments)}.", "Nothing to do: another one is signed with the key registered now.", IsTransient: true),
            "EvidenceReused" => new(name, "This report was brought before.", CollectAgain, IsTransient: true),
            "EnclaveKeyInUse" => new(name, $"Enclave key {first} belongs to another GPU.", "Start the miner again: each start draws a new key."),
            "EvidenceExpired" => new(name, $"The certificate path ended at {Time(first)}.", "Let the collector fetch the current VCEK and ASK certificates."),
            "NotOperator" => new(name, $"The device belongs to operator {first}, not to {second}.", "Use that operator's key."),
            "RootNotPinned" or "RootNoLongerPinned" or "IntermediateUnknown" =>
                new(name, "The certificates do not lead to a root key that this network pins.", WrongHardware),
            "CertificateExpired" => new(name, $"A certificate ended at {Time(second)}.", "Let the collector fetch the current VCEK and ASK certificates."),
            "CertificateNotYetValid" => new(name, $"A certificate begins only at {Time(second)}.", "Wait until then; check that the collector fetches the right certificates."),
            "CertificateRevoked" => new(name, "The certificate of this processor, or one above it, is revoked.", "Update the host's firmware so that the vendor issues a new certificate; until then this host cannot mine."),
            "CertificateUnknown" or "RevocationListMissing" or "RevocationListStale" or "TcbInfoUnknown" or "QeIdentityUnknown" or "CollateralExpired" =>
                new(name, $"What Intel publishes about this platform is not on chain, or not the current: {Call(name, arguments)}.", "Publish it with 'ait publish', or ask whoever runs the network to.", IsTransient: true),
            _ when name.StartsWith("Certificate", StringComparison.Ordinal) =>
                new(name, $"The certificates are refused: {Call(name, arguments)}.", WrongHardware),
            _ => new(name, $"The contract refuses the evidence: {Call(name, arguments)}.", "See docs/refusals.md for this error."),
        };
    }

    private static string Call(string name, ImmutableArray<string> arguments) => $"{name}({string.Join(", ", arguments)})";

    private static string Time(string unixSeconds) =>
        long.TryParse(unixSeconds, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)
            : unixSeconds;
}
