using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Deploying;

/// <summary>Deploys the contracts in their order, from the hash function to the token. Running it again changes nothing.</summary>
internal static class Deployer
{
    /// <summary>Reports of any privilege level that a guest can have are accepted: 0 is the guest itself.</summary>
    private const uint HighestVmpl = 1;

    /// <summary>Intel's collateral is bounded by its dates alone until the governor raises this.</summary>
    private const uint LeastEvaluationNumber = 0;

    /// <summary>NVIDIA among the numbers of root pins (NvidiaCertificate.sol).</summary>
    private const uint GpuVendor = 4;

    /// <summary>Single pass-through alone: the mode in which one GPU's report says all there is to say.</summary>
    private const uint AcceptedModes = 1 << 1;

    internal static async Task<(Deployment Deployment, IReadOnlyList<DeployedContract> Contracts)> DeployAsync(
        ChainAccess chain, Secp256k1PrivateKey key, DeployPlan plan, string journalPath, TimeProvider clock, Action<string> tell, CancellationToken cancellation)
    {
        if (plan.Profile != Deployment.Production && DeployPlan.ProductionChains.Contains(chain.ChainId))
        {
            throw new RefusedException(
                $"chain {chain.ChainId} holds value and a development root would let anyone mint there. Deploy with --profile production, or on a development chain.");
        }

        BigInteger balance = await chain.Client.GetBalanceAsync(key.Address, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (balance.IsZero)
        {
            throw new RefusedException($"the account {key.Address} has no balance on chain {chain.ChainId} to pay for gas. Send it some and run this again.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(journalPath)) ?? "/");
        using FileTransactionJournal journal = OpenJournal(journalPath);
        var options = new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(200) };
        using var sender = new TransactionSender(chain.Client, key, options, journal, clock);
        var creator = new ContractCreator(chain, sender, tell);
        // What depends on nothing is created side by side: a block each is the dearest part on a slow chain.
        Task<Address> sha384Creation = creator.CreateAsync("Sha384", cancellation);
        Task<Address> p384Creation = creator.CreateAsync("P384Verifier", cancellation);
        Task<Address> p256Creation = creator.CreateAsync("P256Verifier", cancellation);
        Task<Address> governorCreation = creator.CreateAsync(
            "TimelockController",
            cancellation,
            (ulong)plan.GovernanceDelay.TotalSeconds,
            AbiValue.List(plan.Proposer is { } proposer ? [(AbiValue)proposer] : Array.Empty<AbiValue>()),
            AbiValue.List((AbiValue)Address.Zero),
            key.Address);
        Address sha384 = await sha384Creation.ConfigureAwait(false);
        Address governor = await governorCreation.ConfigureAwait(false);
        Task<Address> challengesCreation = creator.CreateAsync(
            "ChallengeRegistry", cancellation, governor, AbiValue.List(DeviceClasses.All.Select(deviceClass => plan.ChallengeTerms(deviceClass).ToAbi())));
        Task<Address> attendanceCreation = creator.CreateAsync("AttendanceRegistry", cancellation, governor);
        Task<Address> dcapCreation = CreateDcapAsync(creator, plan, governor, sha384, await p256Creation.ConfigureAwait(false), cancellation);
        Address rsa = await creator.CreateAsync("RsaPss", cancellation, sha384).ConfigureAwait(false);
        Address p384 = await p384Creation.ConfigureAwait(false);
        Address cache = await creator.CreateAsync(
            "CertificateCache",
            cancellation,
            governor,
            rsa,
            p384,
            sha384,
            AbiValue.List(plan.Roots
                .Select(pin => AbiValue.List((uint)pin.ContractProduct, AbiValue.Bytes(pin.Fingerprint.Span)))
                .Concat(plan.GpuRoots.Select(fingerprint => AbiValue.List(GpuVendor, AbiValue.Bytes(fingerprint.Span)))))).ConfigureAwait(false);
        Task<Address> nvidiaCreation = creator.CreateAsync(
            "NvidiaVerifier", cancellation, governor, cache, sha384, p384, plan.GpuReferences.Root, AcceptedModes);
        Address snp = await creator.CreateAsync(
            "SnpVerifier",
            cancellation,
            governor,
            cache,
            sha384,
            p384,
            HighestVmpl,
            AbiValue.List(plan.Floors.Select(pin => AbiValue.List((uint)pin.ContractProduct, AbiValue.Bytes(pin.Tcb.Span))))).ConfigureAwait(false);
        Address nvidia = await nvidiaCreation.ConfigureAwait(false);
        Address dcap = await dcapCreation.ConfigureAwait(false);
        Address challenges = await challengesCreation.ConfigureAwait(false);
        Address attendance = await attendanceCreation.ConfigureAwait(false);
        Address devices = await creator.CreateAsync(
            "DeviceRegistry",
            cancellation,
            snp,
            dcap,
            nvidia,
            governor,
            AbiValue.List(plan.Measurements.Select(measurement => (AbiValue)Keccak256.Hash(measurement))),
            AbiValue.List(plan.Profiles.Select(profiles => (AbiValue)(uint)profiles)),
            challenges,
            attendance).ConfigureAwait(false);
        Task attached = AttachAsync(sender, new ChallengeRegistryContract(challenges, chain.Client).Attach(devices), devices, challenges, cancellation);
        Address mining = await creator.CreateAsync("MiningRegistry", cancellation, devices, governor, plan.Coordinator, plan.Bootstrap.ToAbi(), (uint)plan.AuditShare).ConfigureAwait(false);
        Task attended = AttachAsync(sender, new AttendanceRegistryContract(attendance, chain.Client).Attach(mining), mining, attendance, cancellation);
        AbiFunction token = ContractArtifact.Load("MiningRegistry").Abi.Function("token");
        Address tokenAddress = (await chain.ReadAsync(mining, token, cancellation).ConfigureAwait(false))[0].AsAddress();
        Task<Address> coordinatorBond = creator.CreateAsync("CoordinatorBond", cancellation, mining, governor);
        Task<Address> operatorBond = creator.CreateAsync("OperatorBond", cancellation, mining, governor);
        Address votes = await creator.CreateAsync("VotingToken", cancellation, tokenAddress).ConfigureAwait(false);
        Address aitGovernor = await creator.CreateAsync(
            "AitGovernor", cancellation, votes, governor, plan.Voting.DelayBlocks, plan.Voting.PeriodBlocks, plan.Voting.ProposalThreshold, plan.Voting.QuorumFloor).ConfigureAwait(false);
        await Task.WhenAll(attached, attended).ConfigureAwait(false);
        await Task.WhenAll(coordinatorBond, operatorBond).ConfigureAwait(false);
        await HandOverAsync(sender, governor, aitGovernor, key.Address, tell, cancellation).ConfigureAwait(false);
        var deployment = new Deployment(
            chain.ChainId,
            creator.Created.Min(contract => contract.BlockNumber),
            devices,
            challenges,
            attendance,
            mining,
            tokenAddress,
            dcap,
            cache,
            snp,
            nvidia,
            governor,
            plan.Coordinator,
            votes,
            aitGovernor,
            await coordinatorBond.ConfigureAwait(false),
            await operatorBond.ConfigureAwait(false),
            plan.Profile,
            plan.OffChainRoots);
        return (deployment, creator.Created);
    }

    /// <summary>The contracts of Intel's quotes. Collateral is published afterwards, by anyone, with <c>ait publish</c>.</summary>
    private static async Task<Address> CreateDcapAsync(
        ContractCreator creator, DeployPlan plan, Address governor, Address sha384, Address p256, CancellationToken cancellation)
    {
        Address certificates = await creator.CreateAsync(
            "DcapCertificates", cancellation, governor, p256, sha384, AbiValue.List(plan.IntelRoots.Select(pin => AbiValue.Bytes(pin.Span)))).ConfigureAwait(false);
        Address collateral = await creator.CreateAsync(
            "DcapCollateral", cancellation, governor, certificates, p256, LeastEvaluationNumber).ConfigureAwait(false);
        return await creator.CreateAsync("DcapVerifier", cancellation, governor, certificates, collateral, p256).ConfigureAwait(false);
    }

    /// <summary>Each of the two names the other: the device registry was created with the addresses of those that are attached.</summary>
    private static async Task AttachAsync(TransactionSender sender, TransactionRequest attach, Address registry, Address to, CancellationToken cancellation)
    {
        SendResult sent = await sender.SendAsync(attach, $"attach {registry} to {to}", cancellation).ConfigureAwait(false);
        if (sent is not SendResult.Mined)
        {
            throw new RefusedException($"attaching {registry} to {to} was not carried out: {sent}. Check the account's balance and run this again.");
        }
    }

    /// <summary>The votes of AIT propose and cancel from here on, and the deployer keeps no right over the timelock.</summary>
    private static async Task HandOverAsync(
        TransactionSender sender, Address timelock, Address aitGovernor, Address deployer, Action<string> tell, CancellationToken cancellation)
    {
        ContractAbi abi = ContractArtifact.Load("TimelockController").Abi;
        async Task CallAsync(string function, Hash256 role, Address account)
        {
            var request = new TransactionRequest { To = timelock, Data = [.. abi.Function(function).EncodeCall(role, account)] };
            SendResult sent = await sender.SendAsync(request, $"{function} {role} {account} at {timelock}", cancellation).ConfigureAwait(false);
            if (sent is not SendResult.Mined)
            {
                throw new RefusedException($"{function} at the timelock {timelock} was not carried out: {sent}. Check the account's balance and run this again.");
            }
        }

        // Sent one after the other, waited for together.
        Task[] granted = [CallAsync("grantRole", TimelockRoles.Proposer, aitGovernor), CallAsync("grantRole", TimelockRoles.Canceller, aitGovernor)];
        await Task.WhenAll(granted).ConfigureAwait(false);
        await CallAsync("renounceRole", TimelockRoles.Admin, deployer).ConfigureAwait(false);
        tell($"AitGovernor {aitGovernor} proposes to the timelock; {deployer} renounced its rights");
    }

    private static FileTransactionJournal OpenJournal(string path)
    {
        try
        {
            return FileTransactionJournal.Open(path);
        }
        catch (FormatException fault)
        {
            throw new SurroundingsException($"the deployment journal cannot be read: {fault.Message} Remove it to deploy anew.", fault);
        }
        catch (IOException fault)
        {
            throw new SurroundingsException($"the deployment journal {path} is in use or cannot be written: {fault.Message}", fault);
        }
    }
}
