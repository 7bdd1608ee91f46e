.PHONY: help build test screenshots contracts differential invariants gas demo bench bench-attestation bench-coordinator fuzz-attestation bench-engine losses hashes model chaos adversaries scale sbom
help:      ## Say what each target does (the default)
	@sed -n 's/^\([a-z-]*\): *## /  make \1	/p' $(MAKEFILE_LIST)
build:     ## Build everything in Release
	@tests/run --build-only
test:      ## Do all set-up, run every test, end with one line: N passed, N failed, N skipped
	@tests/run
contracts: ## Compile the contracts and write contracts/abi again
	@tests/prepare-contracts && cd contracts && node_modules/@foundry-rs/forge-linux-amd64/bin/forge build --skip test && tools/abi
differential: ## Compare the verifiers in C# and Solidity on real, emulated and all changed evidence; print counts per platform and verdict
	@tests/prepare-contracts && dotnet build tests/Attestation.Tests -c Release -v quiet -clp:NoSummary && AIT_DIFFERENTIAL=all artifacts/bin/Ait.Attestation.Tests/release/Ait.Attestation.Tests --filter-class '*DifferentialTests' --show-live-output on --no-progress
invariants: ## Call the contracts more than a million times in random order, with refusals and without; print counts by verb
	@tests/prepare-contracts && contracts/tools/invariants
gas:       ## Print what the flows cost on chain against their floors, under osaka and prague
	@tests/prepare-contracts && contracts/tools/gas
	@dotnet build tests/Miner.Tests -c Release -v quiet -clp:NoSummary && artifacts/bin/Ait.Miner.Tests/release/Ait.Miner.Tests --filter-class '*GasTests' --show-live-output on --no-progress --ignore-exit-code 8
demo:      ## Do all set-up and run the main job, from evidence to redemption
	@./ait demo
bench:     ## Measure: gas of every flow (snapshots), then the engine's backends side by side
	@tests/prepare-contracts && cd contracts && FORGE_SNAPSHOT_CHECK=false node_modules/@foundry-rs/forge-linux-amd64/bin/forge test --gas-report
	@dotnet run -c Release --project bench/Ait.Bench
bench-attestation: ## Measure: verifications of evidence per second of processor time, beside OpenSSL's own limit
	@dotnet run -c Release --project bench/Ait.Bench.Attestation
bench-coordinator: ## Measure: tasks a second through the coordinator's HTTP path over PostgreSQL and SQLite, beside raw SKIP LOCKED and an idle echo (BENCH='--long')
	@dotnet run -c Release --project bench/Ait.Bench.Coordinator -- $(BENCH)
fuzz-attestation: ## Feed mutated evidence of every format to its readers: COUNT inputs each (a million)
	@dotnet run -c Release --project tests/Attestation.Fuzz -- --count $(or $(COUNT),1000000)
bench-engine: ## Measure the engine against llama.cpp (AIT_LLAMA_BENCH names its llama-bench) and training against float32, with ratios and floors
	@dotnet run -c Release --project bench/Ait.Bench -- floors
	@dotnet run -c Release --project bench/Ait.Bench -- training
losses:    ## Train the demonstration model exactly and in float32 and print both loss curves; fail beyond 2 %
	@dotnet run -c Release --project bench/Ait.Bench -- losses
# What the tests say counts, not what sed says.
hashes: SHELL := /bin/bash
hashes: .SHELLFLAGS := -o pipefail -c
hashes:    ## Print one hash over every backend, thread count, chunk, batch and the GPU kernels, of inference and of training, and fail if there are two
	@dotnet build tests/Engine.Tests -c Release --nologo -v quiet -clp:NoSummary && artifacts/bin/Ait.Engine.Tests/release/Ait.Engine.Tests --no-progress --no-ansi --show-live-output on --filter-class Ait.Engine.Tests.HashMatrixReport --filter-class Ait.Engine.Tests.Training.TrainingHashMatrixTests | sed 's/^OUTPUT: \[[^]]*\] //'
model:     ## Train the demonstration model again from its seed, and fail if one bit differs from the artifacts in models/demo
	@rm -rf artifacts/model && mkdir -p artifacts/model
	@./ait train models/demo/base.json --data models/demo/corpus.txt --out artifacts/model/base --model artifacts/model/base.ait
	@./ait train models/demo/demo.json --data models/demo/corpus.txt --base artifacts/model/base.ait --out artifacts/model/demo --model artifacts/model/demo.ait
	@cmp artifacts/model/base.ait models/demo/base.ait && cmp artifacts/model/demo.ait models/demo/demo.ait && echo "equal, bit for bit: models/demo/base.ait, models/demo/demo.ait"
screenshots: ## Show every page of the console to a real browser, light and dark, wide and narrow: pictures in artifacts/screenshots
	@tests/prepare-contracts && tests/prepare-console && dotnet build src/Cli -c Release -v quiet -clp:NoSummary && dotnet build tests/EndToEnd.Tests -c Release -v quiet -clp:NoSummary
	@artifacts/bin/Ait.EndToEnd.Tests/release/Ait.EndToEnd.Tests --no-progress --filter-class '*InBrowser' && echo artifacts/screenshots
chaos:     ## Kill coordinators, miners, PostgreSQL and the chain at random, reorganise, fill the disk (SECONDS=600, SEED=); fail if a task is lost or paid twice
	@tests/prepare-contracts && dotnet build src/Cli -c Release -v quiet -clp:NoSummary && dotnet run -c Release --project tests/Chaos -- --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))
adversaries: ## Play twelve dishonest participants against the deployed contracts: a table of what each earned beside an honest twin (BOTS='--json', BOTS='--help'); fail if cheating pays
	@tests/prepare-contracts && dotnet build tests/Adversaries -c Release -v quiet -clp:NoSummary && artifacts/bin/Ait.Adversaries/release/Ait.Adversaries $(BOTS)
scale:     ## Simulate a million GPUs (GPUS=1000000) on the three ways of settlement: gas, load of the chain, time to pay
	@./ait simulate --gpus $(or $(GPUS),1000000)
sbom:      ## Write artifacts/sbom.json: every locked package with its hash, in CycloneDX; the same tree gives the same bytes
	@mkdir -p artifacts && node deploy/sbom/sbom.mjs > artifacts/sbom.json && echo artifacts/sbom.json
