// Measures verify.SnpAttestation of go-sev-guest on the genuine evidence that the attestation benchmark measures, in the same run.
//
// Arguments: a folder with ark.der, ask.der and pairs N.report and N.vcek; the instant of the judgement (RFC 3339); the least
// processor time to measure, in seconds. Prints verifications per second of processor time of the whole process.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/google/go-sev-guest/abi"
	pb "github.com/google/go-sev-guest/proto/sevsnp"
	"github.com/google/go-sev-guest/verify"
)

func main() {
	rate, err := measure(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%.1f\n", rate)
}

func measure(args []string) (float64, error) {
	if len(args) != 3 {
		return 0, fmt.Errorf("three arguments: folder, instant, seconds")
	}
	folder := args[0]
	at, err := time.Parse(time.RFC3339, args[1])
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.ParseFloat(args[2], 64)
	if err != nil {
		return 0, err
	}
	// Its own embedded roots; nothing is fetched.
	options := &verify.Options{DisableCertFetching: true, Now: at}
	reports, err := filepath.Glob(filepath.Join(folder, "*.report"))
	if err != nil || len(reports) == 0 {
		return 0, fmt.Errorf("no reports in %s", folder)
	}
	var evidence []*pb.Attestation
	for _, path := range reports {
		one, err := read(folder, path)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		evidence = append(evidence, one)
	}

	// As on one core: the garbage collector's work counts as processor time either way.
	runtime.GOMAXPROCS(1)
	count := 0
	start, err := processorTime()
	if err != nil {
		return 0, err
	}
	for {
		for batch := 0; batch < 20; batch++ {
			if err := verify.SnpAttestation(evidence[count%len(evidence)], options); err != nil {
				return 0, fmt.Errorf("sound evidence is refused: %w", err)
			}
			count++
		}
		now, err := processorTime()
		if err != nil {
			return 0, err
		}
		if used := (now - start).Seconds(); used >= seconds {
			return float64(count) / used, nil
		}
	}
}

func read(folder, path string) (*pb.Attestation, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	report, err := abi.ReportToProto(raw)
	if err != nil {
		return nil, err
	}
	chain := &pb.CertificateChain{}
	for name, place := range map[string]*[]byte{
		path[:len(path)-len(".report")] + ".vcek": &chain.VcekCert,
		filepath.Join(folder, "ask.der"):          &chain.AskCert,
		filepath.Join(folder, "ark.der"):          &chain.ArkCert,
	} {
		if *place, err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return &pb.Attestation{Report: report, CertificateChain: chain}, nil
}

func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}
