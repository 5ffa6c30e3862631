package workertest_test

import (
	"testing"

	"github.com/angelerator/tavana/internal/workertest"
)

func TestTheFakeKeepsTheContract(t *testing.T) {
	workertest.Contract(t, func(t *testing.T) string { return workertest.NewFake().Start(t, workertest.Token) })
}
